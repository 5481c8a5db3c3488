// vmap: a function of one example as a function of many.
import { showShape } from '../../ir/types.ts';
import { isTensor, lift } from '../../ops/coerce.ts';
import { transpose } from '../../ops/transpose.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { ArgumentError, AxisError, ShapeError } from '../../util/errors.ts';
import { flatten, unflatten } from '../tree.ts';
import { checkFunction } from './branches.ts';
import { scan } from './loops.ts';

/** The axis of examples, for all arguments or one by one; null: the same for all examples. */
export type InAxes = number | null | readonly (number | null)[];

/**
 * The function that applies `f` to every example: arguments have an axis of examples more (`inAxes`, 0), and so have the results (`outAxes`, 0). Arguments and results may be nested objects and arrays; an axis holds for all tensors
 * in an argument. The examples are computed one after another, by `scan`: in `jit` the function is traced once and the loop is compiled. Throws a ShapeError where the numbers of examples differ, an AxisError for an axis
 * that does not exist, an ArgumentError where no argument has one.
 *
 *     vmap((x, w) => x.dot(w), [0, null])(batch, weights)
 */
export function vmap<Args extends readonly unknown[], R>(
  f: (...args: Args) => R,
  inAxes: InAxes = 0,
  outAxes = 0,
): (...args: Args) => R {
  checkFunction(f, 'vmap', 'the first argument');
  if (!Number.isInteger(outAxes))
    throw new ArgumentError(`vmap: outAxes must be an integer, got ${String(outAxes)}`);
  const run = (...args: Args): R => {
    const axes = axesFor(inAxes, args.length);
    const mapped: Tensor[] = [];
    // For each argument its structure, and where each of its tensors is: among the mapped ones, or here.
    const rebuild = args.map((arg, i) => {
      const axis = axes[i]!;
      if (axis === null) return () => arg;
      const { tree, leaves, paths } = flatten(arg, `args[${i}]`);
      const at = leaves.map((leaf, k) => mapped.push(inFront(lift(leaf, 'vmap'), axis, paths[k]!)) - 1);
      return (rows: readonly Tensor[]) =>
        unflatten(
          tree,
          at.map((m) => rows[m]!),
        );
    });
    checkCounts(mapped);
    const one = (rows: readonly Tensor[]): R => f(...(rebuild.map((make) => make(rows)) as unknown as Args));
    const [, results] = scan((none, rows: Tensor[]) => [none, one(rows)], [], mapped) as [unknown, unknown];
    if (outAxes === 0) return results as R;
    const { tree, leaves } = flatten(results, 'result');
    return unflatten(
      tree,
      leaves.map((y) => fromFront(y as Tensor, outAxes)),
    ) as R;
  };
  return Object.defineProperty(run, 'name', { value: f.name === '' ? 'vmap' : `vmap(${f.name})` });
}

function axesFor(inAxes: InAxes, count: number): readonly (number | null)[] {
  const axes = Array.isArray(inAxes) ? inAxes : Array.from({ length: count }, () => inAxes as number | null);
  if (axes.length !== count)
    throw new ArgumentError(`vmap: inAxes names ${axes.length} arguments, the call has ${count}`);
  const wrong = axes.find((a) => a !== null && !Number.isInteger(a));
  if (wrong !== undefined)
    throw new ArgumentError(
      `vmap: inAxes must be an integer or null, or a list of them, got ${String(wrong)}`,
    );
  if (axes.every((a) => a === null))
    throw new ArgumentError('vmap: no argument has an axis of examples; give one in inAxes');
  return axes;
}

function inFront(x: Tensor, axis: number, path: string): Tensor {
  const from = axis < 0 ? axis + x.ndim : axis;
  if (!(from >= 0 && from < x.ndim))
    throw new AxisError(`vmap: ${path} of shape ${showShape(x.type.shape)} has no axis ${axis}`);
  if (from === 0) return x;
  return transpose(x, [from, ...x.type.shape.map((_, a) => a).filter((a) => a !== from)]);
}

function fromFront(y: Tensor, axis: number): Tensor {
  const to = axis < 0 ? axis + y.ndim : axis;
  if (!(to >= 0 && to < y.ndim))
    throw new AxisError(
      `vmap: a result of shape ${showShape(y.type.shape)} has no axis ${axis} for the examples`,
    );
  const rest = y.type.shape.map((_, a) => a).slice(1);
  return transpose(y, [...rest.slice(0, to), 0, ...rest.slice(to)]);
}

function checkCounts(mapped: readonly Tensor[]): void {
  const counts = [...new Set(mapped.filter(isTensor).map((x) => x.type.shape[0]!))];
  if (counts.length > 1)
    throw new ShapeError(
      `vmap: the arguments have ${counts.join(' and ')} examples; there must be equally many of each`,
    );
}
