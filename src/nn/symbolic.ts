// Symbolic tensors: stand-ins for what a model will be given, with a batch size that is not known yet. Layers, functions and methods applied to
// them are remembered and done again, on tensors, whenever the model is called.
import {
  type DType,
  evalShape,
  giveOverride,
  type Override,
  type Shape,
  ShapeError,
  spec,
  Tensor,
  TraceError,
} from '../index.ts';
import type { Module } from './module.ts';
import { isPlainObject } from './plain.ts';

/** How symbolic tensors were made from others. */
export interface Application {
  /** Counts up: an application comes after all those it depends on. */
  readonly order: number;
  /** What was applied: the layer, or a function of tensors, which its method calls too. */
  readonly what:
    | { readonly kind: 'module'; readonly module: Module }
    | { readonly kind: 'function'; readonly name: string };
  /** Lists and objects that hold symbolic tensors among other values. */
  readonly args: readonly unknown[];
  apply(args: readonly unknown[]): unknown;
  /** The symbolic tensors that came of it, in the structure of what `apply` returns. */
  readonly results: unknown;
}

let applications = 0;

/** A size that is known only when the model is called: the batch's, mostly. As -1, the way `reshape` leaves a size open. */
export const unknownSize = -1;

/** What a model's `input()` is, and everything made from it. Its shape begins with -1, the size of the batch. */
export class Symbolic extends Tensor {
  override readonly type: { readonly dtype: DType; readonly shape: Shape };
  /** Null for an input. */
  readonly source: Application | null;
  /** Given to an input for messages and JSON. */
  readonly label: string | undefined;

  /** @internal Use `input`. */
  constructor(dtype: DType, shape: Shape, source: Application | null, label?: string) {
    super();
    this.type = { dtype, shape };
    this.source = source;
    this.label = label;
    isMade();
  }

  #refuse(asked: string): never {
    throw new TraceError(
      `${asked} a symbolic tensor ${showSymbolic(this)}, which has no elements until its model is called. Functions and methods of tensors, as add(a, b), are remembered until then; anything else becomes a layer: new Lambda((a, b) => …)(a, b)`,
    );
  }
  override resolve(): never {
    return this.#refuse('a function was given');
  }
  override requireView(): never {
    return this.#refuse('a function was given');
  }
  override item(): never {
    return this.#refuse('item() asked for the element of');
  }
  override toArray(): never {
    return this.#refuse('toArray() asked for the elements of');
  }
  override data(): never {
    return this.#refuse('data() asked for the elements of');
  }
  override toJSON(): never {
    return this.#refuse('JSON.stringify() asked for the elements of');
  }
  override toString(): string {
    return this.inspect();
  }
  override inspect(): string {
    return `Symbolic ${showSymbolic(this)}`;
  }
  override [Symbol.toPrimitive](): never {
    return this.#refuse('JavaScript asked for the value of');
  }
  override [Symbol.iterator](): never {
    return this.#refuse('a loop asked for the rows of');
  }
}

// Functions of tensors, which methods call too, are remembered.
const remember: Override = ({ name, args, again }) =>
  applySymbolically({ kind: 'function', name }, again, args);
const isMade = giveOverride(Symbolic.prototype, () => remember);

export function hasSymbolic(value: unknown): boolean {
  if (value instanceof Symbolic) return true;
  if (Array.isArray(value)) return value.some(hasSymbolic);
  return isPlainObject(value) && Object.values(value).some(hasSymbolic);
}

/** The value with every symbolic tensor in it replaced. */
export function replaceSymbolic(value: unknown, f: (x: Symbolic) => unknown): unknown {
  if (value instanceof Symbolic) return f(value);
  if (Array.isArray(value)) return value.map((item) => replaceSymbolic(item, f));
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, replaceSymbolic(item, f)]));
}

/** The symbolic tensors in a value, in order. */
export function symbolicIn(value: unknown): readonly Symbolic[] {
  const found: Symbolic[] = [];
  replaceSymbolic(value, (x) => found.push(x));
  return found;
}

/** The results of an application, as symbolic tensors in the structure that it gives on tensors. Its errors are thrown at once. */
export function applySymbolically(
  what: Application['what'],
  apply: (args: readonly unknown[]) => unknown,
  args: readonly unknown[],
): unknown {
  const inputs = symbolicIn(args);
  // Sizes that differ between two batches are those that depend on it.
  const [two, three] = [2, 3].map((size) => {
    const specs = inputs.map((x) =>
      spec(
        x.shape.map((n) => (n === unknownSize ? size : n)),
        x.dtype,
      ),
    );
    const f = (...tensors: Tensor[]): unknown => {
      let next = 0;
      return apply(replaceSymbolic(args, () => tensors[next++]) as unknown[]);
    };
    return evalShape<unknown>(f, ...specs);
  });
  const source = { order: applications++, what, args, apply, results: null as unknown };
  source.results = joined(two, three, source);
  return source.results;
}

interface Abstract {
  readonly shape: Shape;
  readonly dtype: DType;
}

function joined(a: unknown, b: unknown, source: Application): unknown {
  if (Array.isArray(a))
    return a.map((item, i) => joined(item, (b as readonly unknown[] | undefined)?.[i], source));
  if (isPlainObject(a))
    return Object.fromEntries(
      Object.entries(a).map(([key, item]) => [
        key,
        joined(item, (b as Record<string, unknown>)[key], source),
      ]),
    );
  if (typeof a !== 'object' || a === null) return a;
  const [x, y] = [a as Abstract, b as Abstract];
  if (x.shape.length !== y.shape.length)
    throw new ShapeError(
      `a symbolic tensor cannot have a rank that depends on the batch: [${x.shape}] for 2 rows, [${y.shape}] for 3`,
    );
  const shape = x.shape.map((n, axis) => (n === y.shape[axis] ? n : unknownSize));
  return new Symbolic(x.dtype, shape, source);
}

/** `float32[?,100]`. */
export function showSymbolic({ dtype, shape }: Abstract): string {
  return `${dtype}${showSizes(shape)}`;
}

export function showSizes(shape: Shape): string {
  return `[${shape.map((n) => (n === unknownSize ? '?' : n)).join(',')}]`;
}
