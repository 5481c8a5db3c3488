// pad: a tensor surrounded by one value, or (with `interior`) spread apart by it.
import { allocate, ndView } from '../array/nd.ts';
import { copyInto, sliced } from '../array/views.ts';
import { type DType, type Shape, showShape, sizeOf } from '../ir/types.ts';
import type { Expr } from '../loop/kernel.ts';
import { and, binary, compare, constOf, div, i32, select, sub } from '../loop/make.ts';
import { DTypeError, ShapeError } from '../util/errors.ts';
import { lift, type TensorLike } from './coerce.ts';
import { type Op, op } from './opdef.ts';
import { scalarType } from './scalar.ts';

/** Per axis the elements added before, after, and between neighbours (StableHLO's `interior`); all >= 0. */
export interface PadAttrs {
  readonly lo: readonly number[];
  readonly hi: readonly number[];
  readonly interior: readonly number[];
  readonly value: number;
}

/** Elements added before and after; as in `jax.lax.pad` a third number says how many between neighbours. */
export type Padding = readonly [lo: number, hi: number, interior?: number];

/**
 * Surrounds `x` with `value` (0 by default): `[lo, hi]` elements for each axis. A third number per axis spreads the elements apart.
 * Throws a ShapeError unless there is one pair for each axis, all >= 0, and a DTypeError for a value that the dtype does not hold.
 *
 *     pad(tensor([1, 2]), [[1, 2]])       // [0, 1, 2, 0, 0]
 *     pad(tensor([1, 2]), [[0, 0, 1]])    // [1, 0, 2]
 */
export const pad: Op<PadAttrs, [x: TensorLike, padding: readonly Padding[], value?: number | boolean]> = op<
  PadAttrs,
  [x: TensorLike, padding: readonly Padding[], value?: number | boolean]
>(
  {
    name: 'pad',
    doc: 'Adds lo[i] elements before, hi[i] after and interior[i] between the elements along axis i, all equal to value.',
    attrs: { lo: 'ints', hi: 'ints', interior: 'ints', value: 'float' },
    infer: ([x], attrs) => {
      checkValue(attrs.value, x!.dtype);
      return [{ dtype: x!.dtype, shape: paddedShape(x!.shape, attrs) }];
    },
    eval: ([x], { attrs: { lo, interior, value }, types: [type] }) => {
      const out = ndView(type!.dtype, type!.shape, allocate(type!.dtype, sizeOf(type!.shape)).fill(value));
      const step = interior.map((between) => between + 1);
      copyInto(sliced(out, lo, step, x!.shape), x!);
      return [out];
    },
    vjp: ([g], { args: [x], attrs: { lo, interior } }) => [
      g!.slice(
        ...lo.map(
          (first, axis) =>
            [first, first + spread(x!.shape[axis]!, interior[axis]!), interior[axis]! + 1] as const,
        ),
      ),
    ],
    simplify: ([x], { attrs: { lo, hi, interior, value }, defOf }) => {
      const none = (counts: readonly number[]) => counts.every((n) => n === 0);
      if (none(lo) && none(hi) && none(interior)) return [x!];
      const inner = defOf(x!);
      if (inner?.op !== pad.def || !none(interior)) return null;
      const first = inner.attrs as PadAttrs;
      if (!Object.is(first.value, value)) return null;
      const both = lo.map(
        (n, axis): Padding => [n + first.lo[axis]!, hi[axis]! + first.hi[axis]!, first.interior[axis]!],
      );
      return [pad(inner.args[0]!, both, value)];
    },
    lower: {
      kind: 'index',
      read: (out, load, { lo, hi, interior, value }, [type]) => {
        const inside: Expr[] = [];
        const at = out.map((position, axis) => {
          const step = interior[axis]! + 1;
          const from = lo[axis] === 0 ? position : sub(position, i32(lo[axis]!));
          if (lo[axis]! > 0) inside.push(compare('ge', from, i32(0)));
          if (hi[axis]! > 0)
            inside.push(compare('lt', from, i32(spread(type!.shape[axis]!, interior[axis]!))));
          if (step === 1) return from;
          inside.push(compare('eq', binary('rem', from, i32(step)), i32(0)));
          return div(from, i32(step));
        });
        const outside = constOf(scalarType(type!.dtype), value);
        if (type!.shape.includes(0)) return outside;
        return inside.length === 0 ? load(0, at) : select(inside.reduce(and), load(0, at), outside);
      },
    },
  },
  (x, padding, value = 0) => {
    const t = lift(x, 'pad');
    if (!Array.isArray(padding) || padding.some((p) => !Array.isArray(p) || p.length < 2 || p.length > 3))
      throw new ShapeError(
        `pad: expected one [lo, hi] for each axis of ${showShape(t.shape)}, as in pad(x, [[1, 1], [0, 2]])`,
      );
    const attrs = {
      lo: padding.map((p: Padding) => p[0]),
      hi: padding.map((p: Padding) => p[1]),
      interior: padding.map((p: Padding) => p[2] ?? 0),
      // Rounded here, so that equal paddings have equal attributes.
      value: t.dtype === 'float32' ? Math.fround(Number(value)) : Number(value),
    };
    return { args: [t], attrs };
  },
);

/** What n elements span with `between` others between neighbours. */
function spread(n: number, between: number): number {
  return n === 0 ? 0 : (n - 1) * (between + 1) + 1;
}

function paddedShape(shape: Shape, { lo, hi, interior }: PadAttrs): Shape {
  if (lo.length !== shape.length || hi.length !== shape.length || interior.length !== shape.length)
    throw new ShapeError(
      `pad: ${lo.length} pairs [lo, hi] for ${showShape(shape)}; there must be one for each of its ${shape.length} axes`,
    );
  return shape.map((d, axis) => {
    for (const n of [lo[axis]!, hi[axis]!, interior[axis]!])
      if (!Number.isSafeInteger(n) || n < 0)
        throw new ShapeError(
          `pad: counts of added elements must be integers >= 0, got ${n} along axis ${axis} of ${showShape(shape)}; to remove elements use slice`,
        );
    return lo[axis]! + spread(d, interior[axis]!) + hi[axis]!;
  });
}

function checkValue(value: number, dtype: DType): void {
  const fits =
    dtype === 'float32' || (dtype === 'int32' ? (value | 0) === value : value === 0 || value === 1);
  if (!fits) throw new DTypeError(`pad: the value ${value} is no ${dtype}; cast the tensor first`);
}
