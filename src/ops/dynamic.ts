// dynamic_slice, dynamic_update_slice: a block of fixed size, read or replaced at a place that is data.
import { flatData, type NdView, ndView } from '../array/nd.ts';
import { copyInto, sliced } from '../array/views.ts';
import { promote, type Shape, sameShape, showShape, showType, type TensorType } from '../ir/types.ts';
import type { Expr } from '../loop/kernel.ts';
import { add, and, binary, compare, i32, select, sub } from '../loop/make.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { ArgumentError, DTypeError, ShapeError } from '../util/errors.ts';
import { range } from '../util/seq.ts';
import { givenShape } from './axes.ts';
import { broadcastTo, castTo, lift, liftInto, type TensorLike } from './coerce.ts';
import { type NoAttrs, noAttrs } from './families.ts';
import { checkIndices, liftIndices, positionOf } from './indices.ts';
import { type Op, op } from './opdef.ts';

export interface DynamicSliceAttrs {
  readonly sizes: Shape;
}
/** One int32 scalar (or number) for each axis, or one int32 tensor that holds them all. */
export type Starts = TensorLike | readonly TensorLike[];

/**
 * A block of the given sizes whose place is data. As in JAX, a negative start counts from the end, and starts are then clamped so that the block lies inside: there is no error at run time.
 * Throws a ShapeError unless there is a start and a fitting size for each axis.
 *
 *     dynamicSlice(arange(10), [i], [3])   // [7, 8, 9] for i = 9
 */
export const dynamicSlice: Op<DynamicSliceAttrs, [x: TensorLike, starts: Starts, sizes: Shape]> = op<
  DynamicSliceAttrs,
  [x: TensorLike, starts: Starts, sizes: Shape]
>(
  {
    name: 'dynamic_slice',
    doc: 'The block of the given sizes of the first operand at the starts, an int32 scalar operand for each axis; a negative start counts from the end, then starts are clamped so that the block lies inside.',
    attrs: { sizes: 'ints' },
    infer: ([x, ...starts], { sizes }) => {
      checkBlock('dynamicSlice', x!.shape, sizes, starts);
      return [{ dtype: x!.dtype, shape: sizes }];
    },
    eval: ([x, ...starts], { attrs: { sizes } }) => [blockOf(x!, starts, sizes)],
    vjp: ([g], { args: [x, ...starts] }) => [
      broadcastTo(lift(0, 'dynamicSlice'), x!.shape).dynamicUpdateSlice(g!, starts),
      ...starts.map(() => null),
    ],
    simplify: ([x], { attrs: { sizes } }) => (sameShape(x!.shape, sizes) ? [x!] : null),
    lower: {
      kind: 'index',
      read: (out, load, { sizes }, [x]) =>
        load(
          0,
          out.map((at, axis) => add(at, clamped(load(axis + 1, []), x!.shape[axis]!, sizes[axis]!))),
        ),
    },
  },
  (x, starts, sizes) => {
    const t = lift(x, 'dynamicSlice');
    return {
      args: [t, ...liftStarts(starts, t.shape, 'dynamicSlice')],
      attrs: { sizes: givenShape(sizes, 'dynamicSlice') },
    };
  },
);

/**
 * `x` with the block at `starts` replaced by `update`; starts as in `dynamicSlice`. `update` takes the dtype of `x`.
 * Throws a ShapeError where the update is larger than `x` or has another rank, a DTypeError where its dtype does not convert without loss.
 *
 *     dynamicUpdateSlice(zeros([5]), ones([2]), [1])   // [0, 1, 1, 0, 0]
 */
export const dynamicUpdateSlice: Op<NoAttrs, [x: TensorLike, update: TensorLike, starts: Starts]> = op<
  NoAttrs,
  [x: TensorLike, update: TensorLike, starts: Starts]
>(
  {
    name: 'dynamic_update_slice',
    doc: 'The first operand with the block at the starts (an int32 scalar operand for each axis) replaced by the second; starts count and are clamped as in dynamic_slice.',
    attrs: {},
    infer: ([x, update, ...starts]) => {
      if (x!.dtype !== update!.dtype)
        throw new DTypeError(
          `dynamicUpdateSlice: x and update must have one dtype, got ${showType(x!)} and ${showType(update!)}`,
        );
      checkBlock('dynamicUpdateSlice', x!.shape, update!.shape, starts);
      return [{ dtype: x!.dtype, shape: x!.shape }];
    },
    eval: ([x, update, ...starts]) => {
      const out = ndView(x!.dtype, x!.shape, flatData(x!).slice());
      copyInto(blockOf(out, starts, update!.shape), update!);
      return [out];
    },
    vjp: ([g], { args: [, update, ...starts], needs }) => [
      needs[0]
        ? g!.dynamicUpdateSlice(broadcastTo(lift(0, 'dynamicUpdateSlice'), update!.shape), starts)
        : null,
      needs[1] ? g!.dynamicSlice(starts, update!.shape) : null,
      ...starts.map(() => null),
    ],
    simplify: ([x, update]) => (sameShape(x!.shape, update!.shape) ? [update!] : null),
    lower: {
      kind: 'index',
      read: (out, load, _, [x, update]) => {
        if (update!.shape.includes(0)) return load(0, out);
        const at = out.map((position, axis) =>
          sub(position, clamped(load(axis + 2, []), x!.shape[axis]!, update!.shape[axis]!)),
        );
        const inside = at.flatMap((position, axis) => [
          compare('ge', position, i32(0)),
          compare('lt', position, i32(update!.shape[axis]!)),
        ]);
        return inside.length === 0 ? load(1, []) : select(inside.reduce(and), load(1, at), load(0, out));
      },
    },
  },
  (x, update, starts) => {
    const t = lift(x, 'dynamicUpdateSlice');
    const block = liftInto(update, t.dtype, 'dynamicUpdateSlice');
    const wider = promote(t.dtype, block.dtype) !== t.dtype;
    return {
      args: [t, wider ? block : castTo(block, t.dtype), ...liftStarts(starts, t.shape, 'dynamicUpdateSlice')],
      attrs: noAttrs,
    };
  },
);

function liftStarts(starts: Starts, shape: Shape, where: string): readonly Tensor[] {
  if (isList(starts)) return starts.map((start) => liftIndices(start, where));
  const all = liftIndices(starts, where);
  if (all.ndim !== 1 || all.size !== shape.length)
    throw new ArgumentError(
      `${where}: starts must be a list of ${shape.length} scalars or a tensor of shape [${shape.length}] for ${showShape(shape)}, got ${showType(all.type)}`,
    );
  return range(shape.length).map((axis) => all.slice(axis));
}

function isList(starts: Starts): starts is readonly TensorLike[] {
  return Array.isArray(starts);
}

function checkBlock(where: string, shape: Shape, sizes: Shape, starts: readonly TensorType[]): void {
  const fits =
    sizes.length === shape.length &&
    sizes.every((size, axis) => Number.isInteger(size) && size >= 0 && size <= shape[axis]!);
  if (!fits)
    throw new ShapeError(
      `${where}: a block of shape ${showShape(sizes)} does not lie in ${showShape(shape)}; it needs a size from 0 to the axis's for each axis`,
    );
  if (starts.length !== shape.length)
    throw new ArgumentError(
      `${where}: ${starts.length} starts for ${showShape(shape)}; there must be one for each of its ${shape.length} axes`,
    );
  starts.forEach((start, axis) => {
    checkIndices(start, `${where}, start of axis ${axis}`);
    if (start.shape.length > 0)
      throw new ShapeError(`${where}: the start of axis ${axis} must be a scalar, got ${showType(start)}`);
  });
}

/** The view of `x` that the block covers. */
function blockOf(x: NdView, starts: readonly NdView[], sizes: Shape): NdView {
  const from = starts.map((start, axis) => {
    const size = x.shape[axis]!;
    const at = start.data[start.offset]!;
    return Math.max(0, Math.min(at < 0 ? at + size : at, size - sizes[axis]!));
  });
  return sliced(
    x,
    from,
    sizes.map(() => 1),
    sizes,
  );
}

/** The same start in a kernel. */
function clamped(start: Expr, size: number, length: number): Expr {
  return binary('max', binary('min', positionOf(start, size), i32(size - length)), i32(0));
}
