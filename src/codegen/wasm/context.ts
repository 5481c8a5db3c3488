// What the emission of a statement or expression needs to know of its surroundings: where instructions go, and what names stand for.
import type { Interval, Ranges } from '../../loop/interval.ts';
import type { Expr, Scalar, ScalarFunction, Stmt } from '../../loop/kernel.ts';
import { operandsOf } from '../../loop/visit.ts';
import { InternalError, invariant } from '../../util/errors.ts';
import type { Code } from './code.ts';
import type { ValueType } from './module.ts';

/** What a name stands for. `local` is the number of a local of the function. */
export type Binding =
  /** A number: the local's value plus `plus` (0 but for indices). */
  | { readonly kind: 'scalar'; readonly local: number; readonly plus: number }
  /** Four values, one for each of four iterations. A bool is all ones or all zeros. */
  | { readonly kind: 'vector'; readonly local: number }
  /** Four f64, in two vectors. */
  | { readonly kind: 'wide'; readonly low: number; readonly high: number }
  /** One f32, four times. */
  | { readonly kind: 'splat'; readonly local: number }
  /** The index of the laned loop: lane l is the local's value plus `plus` plus l. */
  | { readonly kind: 'lanes'; readonly local: number; readonly plus: number };

/** Where a buffer is: a local holds its address. */
export interface Base {
  readonly local: number;
  readonly type: Scalar;
  readonly size: number;
}

/** What functions of the module share. */
export interface Library {
  /** May a product and a sum be rounded once, together? */
  readonly fuses: boolean;
  /** May four elements be computed at a time? */
  readonly vectors: boolean;
  /** The function that computes a scalar function. */
  functionOf(fn: ScalarFunction): number;
  helper(name: Helper): number;
  /** The code that tells which assertion failed; never 0. */
  failure(message: string): number;
}

/** Arithmetic that takes more than an instruction. */
export type Helper = 'i32_div' | 'i32_rem' | 'f64_rem';

/** Vectors that a loop needs again and again, made once before it: constants, and numbers from outside in all lanes. */
export interface Hoisted {
  /** Locals from this number on were asked for inside the loop. */
  readonly firstInside: number;
  readonly made: Map<string, { readonly local: number; readonly make: () => void }>;
}

/** Which share of the work a call does. */
export interface Share {
  /** The loops of which it runs a share. */
  readonly loops: ReadonlySet<Stmt>;
  /** What only the first part has. */
  readonly once: ReadonlySet<Stmt>;
  /** Locals: which part, and of how many. */
  readonly part: number;
  readonly parts: number;
}

export interface Context {
  readonly code: Code;
  readonly library: Library;
  readonly bases: ReadonlyMap<string, Base>;
  readonly names: Map<string, Binding>;
  readonly ranges: Ranges;
  /** Are four iterations run at once? */
  readonly laned: boolean;
  /** In scalar code inside of four iterations: which one. */
  readonly lane: number;
  readonly hoisted: Hoisted | null;
  /** Null where a call does all of the work. */
  readonly share: Share | null;
}

export const valueTypes: Readonly<Record<Scalar, ValueType>> = {
  f32: 'f32',
  f64: 'f64',
  i32: 'i32',
  bool: 'i32',
};

/** A scope inside: what is bound there ends with it. */
export function inside(context: Context, changes: Partial<Context> = {}): Context {
  return { ...context, names: new Map(context.names), ...changes };
}

export function withRange(context: Context, name: string, range: Interval): Context {
  return { ...context, ranges: new Map(context.ranges).set(name, range) };
}

export function bindingOf(name: string, context: Context): Binding {
  const binding = context.names.get(name);
  if (binding === undefined) throw new InternalError(`${name} stands for nothing where code is emitted`);
  return binding;
}

export function baseOf(buffer: string, context: Context): Base {
  const base = context.bases.get(buffer);
  invariant(base !== undefined, `there is no buffer ${buffer} where code is emitted`);
  return base;
}

/** Does it differ between the four iterations that run at once? */
export function varies(e: Expr, { names }: Context): boolean {
  return mentions(e, (name) => {
    const kind = names.get(name)?.kind;
    return kind === 'lanes' || kind === 'vector' || kind === 'wide';
  });
}

export function mentions(e: Expr, wanted: (name: string) => boolean): boolean {
  return e.kind === 'local' ? wanted(e.name) : operandsOf(e).some((x) => mentions(x, wanted));
}

/**
 * Can four iterations of this body run at once? Not where they would take different branches, and not where f64 has to be kept: a vector
 * holds only two. Inside expressions f64 is computed lane by lane.
 */
export function canRunInLanes(body: readonly Stmt[], index: string): boolean {
  const varying = new Set([index]);
  const isVarying = (e: Expr): boolean => mentions(e, (name) => varying.has(name));
  const all = (list: readonly Stmt[]): boolean => list.every(can);
  const binds = (name: string, type: Scalar): boolean => {
    varying.add(name);
    return type !== 'f64';
  };
  const can = (s: Stmt): boolean => {
    switch (s.kind) {
      case 'let':
        return !isVarying(s.value) || binds(s.name, s.value.type);
      case 'var':
        // Its later values may vary.
        return binds(s.name, s.value.type);
      case 'reduce':
        return s.type !== 'f64' && all(s.body) && (!isVarying(s.value) || binds(s.name, s.type));
      case 'if':
        return !isVarying(s.cond) && all(s.then) && all(s.otherwise);
      case 'for':
        return all(s.body);
      case 'assign':
      case 'store':
      case 'assert':
        return true;
    }
  };
  return all(body);
}

/** Emits a loop, and before it what the loop asked to be made once. */
export function hoisting(context: Context, emitLoop: (inner: Context) => void): void {
  const { code } = context;
  const hoisted: Hoisted = { firstInside: code.localCount, made: new Map() };
  const instructions = code.apart(() => emitLoop({ ...context, hoisted }));
  for (const { local, make } of hoisted.made.values()) {
    make();
    code.set(local);
  }
  code.append(instructions);
}

/** Leaves a vector on the stack that `make` makes: a local, made once, where a loop around can hold it. */
export function once(context: Context, key: string, make: () => void): void {
  const { code, hoisted } = context;
  if (hoisted === null) {
    make();
    return;
  }
  let known = hoisted.made.get(key);
  if (known === undefined) {
    known = { local: code.local('v128'), make };
    hoisted.made.set(key, known);
  }
  code.get(known.local);
}

/** A loop that adds `step` to the local `index` after each round, until it is `end`; one round at least. */
export function emitLoop(
  code: Code,
  index: number,
  end: number | { readonly local: number },
  step: number,
  body: () => void,
): void {
  code.doWhile(() => {
    body();
    code.get(index);
    code.i32(step);
    code.op('i32.add');
    code.tee(index);
    if (typeof end === 'number') code.i32(end);
    else code.get(end.local);
    code.op('i32.ne');
  });
}
