// dynamic_slice, dynamic_update_slice: a block of fixed size, read or replaced at a place that is data.
import { flatData, type NdView, ndView } from '../array/nd.ts';
import { copyInto, sliced } from '../array/views.ts';
import { promote, type Shape, sameShape, showShape, showType, sizeOf, type TensorType } from '../ir/types.ts';
import type { Buffer, Expr, Kernel, Stmt } from '../loop/kernel.ts';
import {
  add,
  binary,
  i32,
  index,
  lanedLoop,
  letIn,
  linearIndex,
  load,
  loop,
  mul,
  store,
} from '../loop/make.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { ArgumentError, DTypeError, ShapeError } from '../util/errors.ts';
import { product, range } from '../util/seq.ts';
import { givenShape } from './axes.ts';
import { broadcastTo, castTo, lift, liftInto, type TensorLike } from './coerce.ts';
import { type NoAttrs, noAttrs } from './families.ts';
import { checkIndices, liftIndices, positionOf } from './indices.ts';
import { type Op, op } from './opdef.ts';
import { scalarType } from './scalar.ts';

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
    vjpInto: (sum, g, { args: [, ...starts], attrs: { sizes } }) =>
      sum.dynamicUpdateSlice(sum.dynamicSlice(starts, sizes).add(g), starts),
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
      kind: 'kernel',
      updates: true,
      build: ([x, update]) => replacingKernel(x!, update!),
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

// Writes the block and nothing else. `y0` holds the first operand, `a1` the block, `a2 …` the starts.
function replacingKernel(x: TensorType, update: TensorType): Kernel {
  const type = scalarType(x.dtype);
  const rank = x.shape.length;
  // Behind the last axis that is not replaced as a whole the block is in one piece.
  let pieces = rank - 1;
  while (pieces >= 0 && x.shape[pieces] === update.shape[pieces]) pieces--;
  const outer = range(Math.max(pieces, 0));
  const step = product(x.shape.slice(pieces + 1));
  const length = pieces < 0 ? sizeOf(x.shape) : update.shape[pieces]! * step;
  const starts = range(pieces + 1).map((axis) =>
    letIn(`s${axis}`, clamped(load('i32', `a${axis + 2}`, i32(0)), x.shape[axis]!, update.shape[axis]!)),
  );
  const inside = outer.map((axis) => index(`i${axis}`));
  const begin = [...outer.map((axis) => add(index(`s${axis}`), inside[axis]!)), index(`s${pieces}`)];
  const to = pieces < 0 ? i32(0) : mul(linearIndex(begin, x.shape.slice(0, pieces + 1)), i32(step));
  const from = linearIndex([...inside, i32(0)], [...outer.map((axis) => update.shape[axis]!), length]);
  const copy = lanedLoop('i', length, [
    store('y0', add(to, index('i')), load(type, 'a1', add(from, index('i')))),
  ]);
  const nest = outer.reduceRight<readonly Stmt[]>(
    (body, axis) => [loop(`i${axis}`, update.shape[axis]!, body)],
    [copy],
  );
  return {
    name: 'dynamic_update_slice',
    buffers: [
      { name: 'a1', type, size: sizeOf(update.shape), role: 'in' },
      ...x.shape.map((_, axis): Buffer => ({ name: `a${axis + 2}`, type: 'i32', size: 1, role: 'in' })),
      { name: 'y0', type, size: sizeOf(x.shape), role: 'inout' },
    ],
    body: sizeOf(update.shape) === 0 ? [] : [...starts, ...nest],
  };
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
