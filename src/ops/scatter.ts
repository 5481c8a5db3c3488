// scatter_add, scatter_add_along_axis: updates added to the places that gather and takeAlongAxis would read.
import { flatData, ndView } from '../array/nd.ts';
import { promote, type Shape, sameShape, showShape, showType, sizeOf, type TensorType } from '../ir/types.ts';
import type { Kernel, Stmt } from '../loop/kernel.ts';
import { add, assert, index, letIn, linearIndex, load, loop, store } from '../loop/make.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { DTypeError, ShapeError } from '../util/errors.ts';
import { checkAxis, resolveAxis, sameExcept } from './axes.ts';
import { broadcastTo, castTo, isNumber, liftNumeric, type TensorLike, weak } from './coerce.ts';
import {
  checkIndices,
  gatheredShape,
  isInBounds,
  liftIndices,
  outOfBounds,
  position,
  positionOf,
} from './indices.ts';
import { type Op, op } from './opdef.ts';
import { scalarType } from './scalar.ts';

export interface ScatterAttrs {
  readonly axis: number;
}
type Scatter<Axis extends readonly unknown[]> = Op<
  ScatterAttrs,
  [x: TensorLike, indices: TensorLike, updates: TensorLike, ...axis: Axis]
>;

/** What differs between the two ops. */
interface Variant {
  readonly name: string;
  /** The public name, for messages. */
  readonly where: string;
  readonly doc: string;
  /** True where every update has an index of its own, false where one index moves a whole slice of updates. */
  readonly each: boolean;
  /** The shape of the updates that go with the indices; throws where the indices do not fit `x`. */
  updates(x: Shape, indices: Shape, axis: number): Shape;
  /** The cotangent of the updates: what the same indices read from that of the result. */
  read(g: Tensor, indices: Tensor, axis: number): Tensor;
}

/** Both ops see x as [outer, size, inner] and the updates as [outer, count, inner]; they add in row-major order of the updates. */
interface Extents {
  readonly outer: number;
  readonly size: number;
  readonly count: number;
  readonly inner: number;
}

function extentsOf(x: Shape, updates: Shape, axis: number): Extents {
  const outer = sizeOf(x.slice(0, axis));
  const inner = sizeOf(x.slice(axis + 1));
  const around = outer * inner;
  return { outer, size: x[axis]!, count: around === 0 ? 0 : sizeOf(updates) / around, inner };
}

function scatter<Axis extends readonly [axis: number] | readonly [axis?: number]>(
  variant: Variant,
): Scatter<Axis> {
  const { name, where, doc, each } = variant;
  return op<ScatterAttrs, [x: TensorLike, indices: TensorLike, updates: TensorLike, ...axis: Axis]>(
    {
      name,
      doc,
      attrs: { axis: 'int' },
      infer: ([x, indices, updates], { axis }) => {
        checkAxis(axis, x!.shape.length, where);
        checkIndices(indices!, where);
        if (x!.dtype !== updates!.dtype || x!.dtype === 'bool')
          throw new DTypeError(
            `${where}: x and updates must both be float32 or both int32, got ${showType(x!)} and ${showType(updates!)}`,
          );
        const expected = variant.updates(x!.shape, indices!.shape, axis);
        if (!sameShape(updates!.shape, expected))
          throw new ShapeError(
            `${where}: into ${showShape(x!.shape)} along axis ${axis} at indices ${showShape(indices!.shape)} go updates ${showShape(expected)}, got ${showShape(updates!.shape)}`,
          );
        return [{ dtype: x!.dtype, shape: x!.shape }];
      },
      eval: ([x, indices, updates], { attrs: { axis } }) => {
        const { outer, size, count, inner } = extentsOf(x!.shape, updates!.shape, axis);
        const out = flatData(x!).slice();
        const at = flatData(indices!);
        const added = flatData(updates!);
        for (let i = 0; i < outer; i++)
          for (let j = 0; j < count; j++)
            for (let k = 0; k < inner; k++) {
              const entry = (i * count + j) * inner + k;
              const to = position(at[each ? entry : j]!, where, axis, size);
              out[(i * size + to) * inner + k]! += added[entry]!;
            }
        return [ndView(x!.dtype, x!.shape, out)];
      },
      vjp: ([g], { args: [x, indices], attrs: { axis }, needs }) =>
        x!.dtype === 'float32'
          ? [g!, null, needs[2] ? variant.read(g!, indices!, axis) : null]
          : [null, null, null],
      lower: {
        kind: 'kernel',
        updates: true,
        build: (types, { axis }) => scatterKernel(variant, types as Operands, axis),
      },
    },
    (x, indices, updates, ...[axis = 0]) => {
      const base = liftNumeric(x, where);
      const at = liftIndices(indices, where);
      const along = resolveAxis(axis, base.ndim, where);
      const added = isNumber(updates) ? weak(updates, base.dtype, where) : liftNumeric(updates, where);
      const dtype = promote(base.dtype, added.dtype);
      const shape = variant.updates(base.shape, at.shape, along);
      return {
        args: [castTo(base, dtype), at, broadcastTo(castTo(added, dtype), shape, `${where}: updates`)],
        attrs: { axis: along },
      };
    },
  );
}

type Operands = readonly [x: TensorType, indices: TensorType, updates: TensorType];

// `y0` holds x. One update is added after the other: the order is part of the meaning, since float32 sums round.
function scatterKernel(
  { name, where, each }: Variant,
  [x, indices, updates]: Operands,
  axis: number,
): Kernel {
  const { outer, size, count, inner } = extentsOf(x.shape, updates.shape, axis);
  const type = scalarType(x.dtype);
  const [i, j, k] = [index('i'), index('j'), index('k')];
  const entry = linearIndex([i, j, k], [outer, count, inner]);
  const target = linearIndex([i, index('to'), k], [outer, size, inner]);
  const find: readonly Stmt[] = [
    letIn('at', load('i32', 'a1', each ? entry : linearIndex([j], [count]))),
    assert(isInBounds(index('at'), size), outOfBounds(where, axis, size), index('at')),
    letIn('to', positionOf(index('at'), size)),
  ];
  const put = store('y0', target, add(load(type, 'y0', target), load(type, 'a2', entry)));
  const innermost: readonly Stmt[] = each
    ? over('k', inner, [...find, put])
    : [...find, ...over('k', inner, [put])];
  return {
    name,
    buffers: [
      { name: 'a1', type: 'i32', size: sizeOf(indices.shape), role: 'in' },
      { name: 'a2', type, size: sizeOf(updates.shape), role: 'in' },
      { name: 'y0', type, size: sizeOf(x.shape), role: 'inout' },
    ],
    body: over('i', outer, over('j', count, innermost)),
  };
}

// An axis of size 1 needs no loop: linearIndex leaves it out as well.
function over(name: string, extent: number, body: readonly Stmt[]): readonly Stmt[] {
  return extent === 1 ? body : [loop(name, extent, body)];
}

/**
 * `x` with `updates` added to its slices at `indices` along `axis` (0), in index order; a slice named twice gets both. The shape of `updates` is that of
 * `gather(x, indices, axis)`, or broadcasts to it. Indices are int32, negative ones count from the end; one out of bounds is an ArgumentError.
 *
 *     scatterAdd(zeros([3]), tensor([0, 2, 0], { dtype: 'int32' }), tensor([1, 2, 3]))   // [4, 0, 2]
 */
export const scatterAdd: Scatter<[axis?: number]> = scatter<[axis?: number]>({
  name: 'scatter_add',
  where: 'scatterAdd',
  doc: 'The first operand with the third added to its slices along the axis at the int32 indices of the second, in row-major order of the updates; what gather reads, this adds to.',
  each: false,
  updates: gatheredShape,
  read: (g, indices, axis) => g.gather(indices, axis),
});

/**
 * `x` with each update added to the element that `takeAlongAxis(x, indices, axis)` reads at its index, in row-major order of the updates.
 * `indices` has the sizes of `x` except along the axis; `updates` has its shape, or broadcasts to it. Indices as in `takeAlongAxis`.
 */
export const scatterAddAlongAxis: Scatter<[axis: number]> = scatter<[axis: number]>({
  name: 'scatter_add_along_axis',
  where: 'scatterAddAlongAxis',
  doc: 'The first operand with each element of the third added at the position along the axis that the int32 index at the same place of the second names, in row-major order; what take_along_axis reads, this adds to.',
  each: true,
  updates: (x, indices, axis) => {
    if (!sameExcept(x, indices, axis))
      throw new ShapeError(
        `scatterAddAlongAxis: x ${showShape(x)} and indices ${showShape(indices)} must have the same sizes except along axis ${axis}`,
      );
    return indices;
  },
  read: (g, indices, axis) => g.takeAlongAxis(indices, axis),
});
