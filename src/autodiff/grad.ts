// Gradients of functions: grad, valueAndGrad and vjp, over pytrees of arguments and under any interpreter.
import { sameType, showType } from '../ir/types.ts';
import { isTensor, lift } from '../ops/coerce.ts';
import { constant } from '../ops/constant.ts';
import { currentInterpreter, type Interpreter, within } from '../ops/dispatch.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { seeAll, TracedTensor } from '../trace/tracer.ts';
import { flatten, type Leaf, sameStructure, type Tree, unflatten } from '../trace/tree.ts';
import { ArgumentError, GradientError, OptionError, TreeError } from '../util/errors.ts';
import { checkOptions } from '../util/options.ts';
import { backward, zerosOf } from './backward.ts';
import { renew } from './identity.ts';
import { Tape } from './tape.ts';

/** The gradient with respect to a `T`: the same structure, a tensor at every leaf. */
export type Gradient<T> = T extends Tensor | number | boolean
  ? Tensor
  : T extends string | null | undefined
    ? T
    : { -readonly [K in keyof T]: Gradient<T[K]> };

/** A position of the argument list, or several. */
export type Argnums = number | readonly number[];

/** One gradient for a position, a list for a list of positions. */
export type Gradients<Args extends readonly unknown[], N extends Argnums> = N extends number
  ? Gradient<Args[N]>
  : { -readonly [K in keyof N]: N[K] extends number ? Gradient<Args[N[K]]> : never };

export interface GradOptions<N extends Argnums = Argnums> {
  /** Which arguments to differentiate with respect to; default 0. */
  readonly argnums?: N;
  /** The function returns `[value, aux]`; `aux` is handed through. */
  readonly hasAux?: boolean;
}

/**
 * The function that computes the gradient of `f`, which must return a float32 scalar, with respect to argument `argnums`
 * (a list gives a list). Arguments may be nested objects and arrays; the gradient has the same structure. A leaf the result
 * does not depend on gets zeros. Throws a GradientError for a result that is no float32 scalar and for integer leaves.
 *
 *     grad((x) => x.square())(tensor(3))   // 6
 */
export function grad<Args extends readonly unknown[]>(
  f: (...args: Args) => Tensor,
): (...args: Args) => Gradient<Args[0]>;
export function grad<Args extends readonly unknown[], const N extends Argnums>(
  f: (...args: Args) => Tensor,
  argnums: N,
): (...args: Args) => Gradients<Args, N>;
export function grad<Args extends readonly unknown[]>(
  f: (...args: Args) => Tensor,
  argnums: Argnums = 0,
): (...args: Args) => unknown {
  checkFunction(f, 'grad');
  const positions = checkArgnums(argnums, 'grad');
  return named('grad', f, (...args: Args) => {
    const { gradients } = differentiate('grad', f, args, positions, false);
    return pick(gradients, argnums);
  });
}

/**
 * Like `grad`, and the value too: `[value, gradient]`; with `hasAux`, where `f` returns `[value, aux]`, `[[value, aux], gradient]`.
 *
 *     valueAndGrad((x) => x.square())(tensor(3))   // [9, 6]
 */
export function valueAndGrad<Args extends readonly unknown[], R>(
  f: (...args: Args) => R,
  options?: GradOptions<never>,
): (...args: Args) => [R, Gradient<Args[0]>];
export function valueAndGrad<Args extends readonly unknown[], R, const N extends Argnums>(
  f: (...args: Args) => R,
  options: GradOptions<N>,
): (...args: Args) => [R, Gradients<Args, N>];
export function valueAndGrad<Args extends readonly unknown[], R>(
  f: (...args: Args) => R,
  options: GradOptions<Argnums> = {},
): (...args: Args) => [R, unknown] {
  checkFunction(f, 'valueAndGrad');
  checkOptions(options, ['argnums', 'hasAux'], 'valueAndGrad');
  const { argnums = 0, hasAux = false } = options;
  if (typeof hasAux !== 'boolean')
    throw new OptionError(`valueAndGrad: hasAux must be true or false, got ${String(hasAux)}`);
  const positions = checkArgnums(argnums, 'valueAndGrad');
  return named('valueAndGrad', f, (...args: Args) => {
    const { output, gradients } = differentiate('valueAndGrad', f, args, positions, hasAux);
    return [output as R, pick(gradients, argnums)];
  });
}

/**
 * The value of `f` at `primals` and its pullback, which maps a cotangent (of the value's structure and shapes) to the list of
 * cotangents of the primals. The pullback may be called more than once.
 *
 *     const [y, pullback] = vjp((x) => x.mul(2), tensor([1, 2]));  pullback(onesLike(y))   // [[2, 2]]
 */
export function vjp<Args extends readonly unknown[], R>(
  f: (...args: Args) => R,
  ...primals: Args
): [R, (cotangent: Gradient<R>) => { -readonly [K in keyof Args]: Gradient<Args[K]> }] {
  checkFunction(f, 'vjp');
  const tape = new Tape(currentInterpreter());
  const watched = primals.map((p, i) => watchTree('vjp', tape, p, `args[${i}]`));
  const output = within(tape, () => f(...(watched.map((w) => w.value) as unknown as Args)));
  seeAll(output);
  const flat = flatten(output, 'result');
  const targets = flat.leaves.map((leaf) => (isTensor(leaf) ? within(tape, () => leaf.resolve()) : null));

  const pullback = (cotangent: unknown): unknown => {
    const given = flatten(cotangent, 'cotangent');
    if (!sameStructure(given.tree, flat.tree))
      throw new TreeError(
        `vjp: the cotangent must have the structure of the function's result, with leaves ${list(flat.paths)}; got ${list(given.paths)}`,
      );
    const outputs: Tensor[] = [];
    const cotangents: Tensor[] = [];
    targets.forEach((target, i) => {
      if (target?.dtype !== 'float32') return;
      const ct = lift(given.leaves[i]!, 'vjp');
      if (!sameType(ct.type, target.type))
        throw new GradientError(
          `vjp: ${given.paths[i]} must be ${showType(target.type)} like the result, got ${showType(ct.type)}`,
        );
      outputs.push(target);
      cotangents.push(ct);
    });
    return gradientsOf('vjp', tape, outputs, cotangents, watched);
  };
  return [output, pullback as never];
}

interface Watched {
  readonly tree: Tree;
  readonly tensors: readonly Tensor[];
  /** The argument as the function sees it. */
  readonly value: unknown;
}

function differentiate<Args extends readonly unknown[]>(
  where: string,
  f: (...args: Args) => unknown,
  args: Args,
  positions: readonly number[],
  hasAux: boolean,
): { readonly output: unknown; readonly gradients: readonly unknown[] } {
  const tape = new Tape(currentInterpreter());
  const inputs: unknown[] = [...args];
  const watched = positions.map((position) => {
    if (position >= args.length)
      throw new GradientError(
        `${where}: argnums names argument ${position}, but the function was called with ${args.length} argument${args.length === 1 ? '' : 's'}`,
      );
    const w = watchTree(where, tape, args[position], `args[${position}]`);
    inputs[position] = w.value;
    return w;
  });
  const output = within(tape, () => f(...(inputs as unknown as Args)));
  seeAll(output);
  const value = within(tape, () => scalarOf(where, output, hasAux));
  return { output, gradients: gradientsOf(where, tape, [value], [constant(1, 'float32')], watched) };
}

// A tensor of a graph takes what meets it into that graph, past a tape that does not stand on it: the gradient would be zero, and no one told.
function checkSeen(where: string, tape: Tape, target: Tensor): void {
  if (!(target instanceof TracedTensor)) return;
  for (let i: Interpreter | null = tape; i !== null; i = i.parent) if (i === target.trace) return;
  throw new GradientError(
    `${where}: the result is ${target.inspect()}, computed where this gradient does not see it; take it there, g.asDefault(() => ${where}(…)), or write nodes: g.gradients(y, [x])`,
  );
}

/** Gradients in the structure of each watched argument, zeros where nothing is connected. */
function gradientsOf(
  where: string,
  tape: Tape,
  targets: readonly Tensor[],
  cotangents: readonly Tensor[],
  watched: readonly Watched[],
): unknown[] {
  for (const t of targets) checkSeen(where, tape, t);
  const sources = watched.flatMap((w) => w.tensors);
  const found = backward(tape, targets, cotangents, sources);
  let next = 0;
  return watched.map(({ tree, tensors }) =>
    unflatten(
      tree,
      tensors.map((t) => found[next++] ?? zerosOf(t)),
    ),
  );
}

function watchTree(where: string, tape: Tape, argument: unknown, root: string): Watched {
  const { tree, leaves, paths } = flatten(argument, root);
  const tensors = leaves.map((leaf, i) => {
    const x = differentiable(where, leaf, paths[i]!);
    const fresh = renew(x);
    tape.watch(fresh);
    return fresh;
  });
  if (tensors.length === 0)
    throw new GradientError(
      `${where}: ${root} holds no tensor to differentiate with respect to; choose another with argnums`,
    );
  return { tree, tensors, value: unflatten(tree, tensors) };
}

function differentiable(where: string, leaf: Leaf, path: string): Tensor {
  const x = lift(leaf, where);
  if (x.dtype === 'float32') return x;
  throw new GradientError(
    `${where}: ${path} is ${showType(x.type)}; gradients exist with respect to float32 only. Cast it: x.cast('float32'), or pass it as an argument that argnums does not name`,
  );
}

function scalarOf(where: string, output: unknown, hasAux: boolean): Tensor {
  if (hasAux && !(Array.isArray(output) && output.length === 2))
    throw new GradientError(
      `${where}: with hasAux the function must return [value, aux], got ${kindOf(output)}`,
    );
  const value: unknown = hasAux ? (output as unknown[])[0] : output;
  if (!isTensor(value)) {
    throw new GradientError(
      `${where}: the function must return a float32 scalar tensor, got ${kindOf(value)}; ${wayOut(where, value)}`,
    );
  }
  const { type } = value;
  if (type.shape.length > 0)
    throw new GradientError(
      `${where}: the function must return a scalar, got ${showType(type)}; reduce it, for example with .sum() or .mean(), or use vjp and choose the cotangent`,
    );
  if (type.dtype !== 'float32')
    throw new GradientError(
      `${where}: the function must return float32, got ${showType(type)}, through which no gradient flows`,
    );
  return value.resolve();
}

function wayOut(where: string, value: unknown): string {
  if (value === undefined) return 'is a return statement missing?';
  if (value instanceof Promise) return 'an async function cannot be differentiated: make it synchronous';
  if (typeof value === 'number') return 'compute with tensors and do not read them with item()';
  return where === 'valueAndGrad'
    ? 'to return more than the value, return [value, aux] and pass { hasAux: true }'
    : 'use valueAndGrad with { hasAux: true } to return more than the value, or vjp';
}

function checkArgnums(argnums: Argnums, where: string): readonly number[] {
  const positions = typeof argnums === 'number' ? [argnums] : argnums;
  const valid =
    Array.isArray(positions) &&
    positions.length > 0 &&
    positions.every((p, i) => Number.isInteger(p) && p >= 0 && positions.indexOf(p) === i);
  if (!valid)
    throw new OptionError(
      `${where}: argnums must be an argument position (0, 1 …) or a list of different ones, got ${JSON.stringify(argnums)}`,
    );
  return positions;
}

function pick(gradients: readonly unknown[], argnums: Argnums): unknown {
  return typeof argnums === 'number' ? gradients[0] : gradients;
}

function list(paths: readonly string[]): string {
  return paths.length === 0 ? 'none' : paths.join(', ');
}

function kindOf(x: unknown): string {
  if (x === null) return 'null';
  if (isTensor(x)) return `a tensor ${showType(x.type)}`;
  if (Array.isArray(x)) return `an array of length ${x.length}`;
  if (x instanceof Promise) return 'a promise';
  return typeof x === 'object' ? 'an object' : typeof x === 'undefined' ? 'undefined' : `a ${typeof x}`;
}

function checkFunction(f: unknown, where: string): void {
  if (typeof f !== 'function')
    throw new ArgumentError(
      `${where}: expected a function, got ${kindOf(f)}; to differentiate at a point, call what it returns: grad(f)(x)`,
    );
}

function named<F extends (...args: never[]) => unknown>(what: string, f: { readonly name: string }, g: F): F {
  return Object.defineProperty(g, 'name', { value: f.name === '' ? what : `${what}(${f.name})` });
}
