// GradientTape: TensorFlow 2's way to a gradient. A tape that is in force from its making to its end, and watches trainable variables by itself.
import { showType } from '../ir/types.ts';
import { isTensor, lift } from '../ops/coerce.ts';
import { currentInterpreter, enter } from '../ops/dispatch.ts';
import { stack } from '../tensor/composites/shaping.ts';
import { onesLike } from '../tensor/fill.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { Variable } from '../tensor/variable.ts';
import { flatten, unflatten } from '../trace/tree.ts';
import { ArgumentError, GradientError, OptionError } from '../util/errors.ts';
import { checkFlag, checkOptions } from '../util/options.ts';
import { backward, zerosOf } from './backward.ts';
import { unitVectors } from './jacobian.ts';
import { WatchingTape } from './watching-tape.ts';

export interface GradientTapeOptions {
  /** Gradients may be asked for more than once, also before the tape ends. Default false: the first ends it, and what it recorded is forgotten. */
  readonly persistent?: boolean;
  /** Whether trainable variables are watched when they are read. Default true. */
  readonly watchAccessedVariables?: boolean;
}

export interface TapeGradientOptions {
  /** What stands for a source that the target does not depend on: `none` (the default) is null. */
  readonly unconnected?: 'none' | 'zeros';
}

/** One gradient, or null, per source, in the structure of the sources. */
export type TapeGradient<S> = S extends Tensor
  ? Tensor | null
  : { -readonly [K in keyof S]: TapeGradient<S[K]> };

/** With zeros for what is not connected. */
export type FullTapeGradient<S> = S extends Tensor
  ? Tensor
  : { -readonly [K in keyof S]: FullTapeGradient<S[K]> };

// A tape that nobody holds any more can give no gradient: it need not record either.
const lost = new FinalizationRegistry<WatchingTape>((tape) => tape.end());

/**
 * Records what is computed from watched tensors and from trainable variables, from here to its end: the end of the block (`using`), `stop()`,
 * the end of `GradientTape.record`, or the first `gradient()` of a tape that is not persistent. Tapes nest, for derivatives of derivatives.
 *
 *     using tape = new GradientTape();
 *     const x = tensor(5);
 *     tape.watch(x);
 *     const [dx] = tape.gradient(x.pow(2), [x]);   // 10
 */
export class GradientTape {
  readonly persistent: boolean;
  /** `stop()`, called at the end of a block with `using`. */
  declare readonly [Symbol.dispose]: () => void;
  readonly #tape: WatchingTape;
  #used = false;

  constructor(options?: GradientTapeOptions) {
    checkOptions(options, ['persistent', 'watchAccessedVariables'], 'GradientTape');
    const { persistent = false, watchAccessedVariables = true } = options ?? {};
    checkFlag(persistent, 'persistent', 'GradientTape');
    checkFlag(watchAccessedVariables, 'watchAccessedVariables', 'GradientTape');
    this.persistent = persistent;
    this.#tape = new WatchingTape(currentInterpreter(), watchAccessedVariables);
    lost.register(this, this.#tape);
    enter(this.#tape);
  }

  /** Calls `f` with a new tape that ends when `f` does, and returns what `f` returns. For where `using` cannot be written. */
  static record<T>(f: (tape: GradientTape) => T, options?: GradientTapeOptions): T {
    const tape = new GradientTape(options);
    try {
      const result = f(tape);
      if (result instanceof Promise)
        throw new ArgumentError(
          'GradientTape.record: an async function runs on after the tape has ended; record the parts between two awaits',
        );
      return result;
    } finally {
      tape.stop();
    }
  }

  /** The trainable variables read so far, in order. */
  get watchedVariables(): readonly Variable[] {
    return this.#tape.variables();
  }

  /** From here on, what is computed from these tensors is recorded: one, or a tree of them. Throws a GradientError for tensors that are not float32, or after the end. */
  watch(tensors: Tensor | readonly Tensor[] | Readonly<Record<string, Tensor>>): void {
    if (!this.#tape.recording)
      throw new GradientError(
        'GradientTape: watch() after its end records nothing; watch before you compute',
      );
    const { leaves, paths } = flatten(tensors, 'the tensor');
    leaves.forEach((x, i) => {
      if (!isTensor(x))
        throw new ArgumentError(
          `GradientTape: ${paths[i]} is a ${typeof x}; a tape watches tensors: tensor(${String(x)})`,
        );
      checkFloat(x, paths[i]!);
      if (x instanceof Variable) this.#tape.watchVariable(x);
      else this.#tape.watch(x.resolve());
    });
  }

  /**
   * The gradient of `target`, or of the sum of several, by each of `sources`: a tensor, a variable, or a tree of them, which is also the structure of the answer. A target that is no scalar stands for the sum of its elements.
   * Null for a source that the target does not depend on, or zeros on request. Throws a GradientError the second time, unless the tape is persistent.
   */
  gradient<const S>(
    target: Tensor | readonly Tensor[],
    sources: S,
    options: TapeGradientOptions & { readonly unconnected: 'zeros' },
  ): FullTapeGradient<S>;
  gradient<const S>(
    target: Tensor | readonly Tensor[],
    sources: S,
    options?: TapeGradientOptions,
  ): TapeGradient<S>;
  gradient(target: Tensor | readonly Tensor[], sources: unknown, options?: TapeGradientOptions): unknown {
    const zeros = wantsZeros(options, 'gradient');
    const targets = this.#targets(target);
    return this.#differentiate(sources, zeros, 'gradient', (inputs) =>
      backward(this.#tape, targets, targets.map(onesLike), inputs),
    );
  }

  /**
   * The derivatives of every element of `target` by every element of each source, of shape `[...target.shape, ...source.shape]`: one walk back per element of the target.
   * Sources, null and errors are as for `gradient`.
   */
  jacobian<const S>(
    target: Tensor,
    sources: S,
    options: TapeGradientOptions & { readonly unconnected: 'zeros' },
  ): FullTapeGradient<S>;
  jacobian<const S>(target: Tensor, sources: S, options?: TapeGradientOptions): TapeGradient<S>;
  jacobian(target: Tensor, sources: unknown, options?: TapeGradientOptions): unknown {
    const zeros = wantsZeros(options, 'jacobian');
    const [y] = this.#targets(target) as [Tensor];
    return this.#differentiate(
      sources,
      zeros,
      'jacobian',
      (inputs) => {
        const rows = unitVectors(y).map((e) => backward(this.#tape, [y], [e], inputs));
        return inputs.map((x, i) => {
          if (rows.every((row) => row[i] === null)) return null;
          const all = rows.map((row) => row[i] ?? zerosOf(x));
          return stack(all).reshape([...y.type.shape, ...x.type.shape]);
        });
      },
      y.type.shape,
    );
  }

  /** Ends the recording. Gradients can still be asked for. */
  stop(): void {
    this.#tape.end();
  }

  // Targets are read while the tape still listens: a variable may be one.
  #targets(target: Tensor | readonly Tensor[]): readonly Tensor[] {
    const list: readonly unknown[] = Array.isArray(target) ? target : [target];
    return list.map((t, i) => {
      if (!isTensor(t))
        throw new GradientError(
          `GradientTape: the target must be a tensor, got ${t === null ? 'null' : typeof t}`,
        );
      checkFloat(t, list.length === 1 ? 'the target' : `target ${i}`);
      return t.resolve();
    });
  }

  #differentiate(
    sources: unknown,
    zeros: boolean,
    where: string,
    derivatives: (inputs: readonly Tensor[]) => readonly (Tensor | null)[],
    lead: readonly number[] = [],
  ): unknown {
    if (this.#used)
      throw new GradientError(
        `GradientTape: ${where}() was asked of a tape that has given its gradient and forgotten what it had recorded; use new GradientTape({ persistent: true }) to ask more than once`,
      );
    const { tree, leaves, paths } = flatten(sources, 'the source');
    if (leaves.length === 0)
      throw new GradientError('GradientTape: there are no sources to differentiate with respect to');
    const inputs = leaves.map((x, i) => {
      if (!isTensor(x)) throw new GradientError(`GradientTape: ${paths[i]} is a ${typeof x} and no tensor`);
      checkFloat(x, paths[i]!);
      return x instanceof Variable ? this.#tape.readsOf(x) : [x.resolve()];
    });
    if (!this.persistent) {
      this.#used = true;
      this.stop();
    }
    const found = derivatives(inputs.flat());
    let next = 0;
    const answer = inputs.map((identities, i) => {
      let sum: Tensor | null = null;
      for (const _ of identities) {
        const part = found[next++] ?? null;
        if (part !== null) sum = sum === null ? part : sum.add(part);
      }
      const { shape } = leaves[i] as Tensor;
      return sum ?? (zeros ? lift(0, where).broadcastTo([...lead, ...shape]) : null);
    });
    if (!this.persistent) this.#tape.forget();
    return unflatten(tree, answer);
  }
}

// Not every engine has the symbol; where `using` is compiled away, the registered one serves.
Object.defineProperty(GradientTape.prototype, Symbol.dispose ?? Symbol.for('Symbol.dispose'), {
  value(this: GradientTape): void {
    this.stop();
  },
});

function checkFloat({ type }: Tensor, what: string): void {
  if (type.dtype !== 'float32')
    throw new GradientError(
      `GradientTape: ${what} is ${showType(type)}; gradients exist for float32 only, cast it: x.cast('float32')`,
    );
}

function wantsZeros(options: TapeGradientOptions | undefined, where: string): boolean {
  checkOptions(options, ['unconnected'], where);
  const unconnected = options?.unconnected ?? 'none';
  if (unconnected !== 'none' && unconnected !== 'zeros')
    throw new OptionError(
      `${where}: unconnected must be 'none' or 'zeros', got ${JSON.stringify(unconnected)}`,
    );
  return unconnected === 'zeros';
}
