// constant: the only source of numbers in the IR.
import { allocate, ndView } from '../array/nd.ts';
import { checkShape, type DType, type Shape, showShape, sizeOf } from '../ir/types.ts';
import { checkKnown } from '../ir/unknown.ts';
import { constOf } from '../loop/make.ts';
import { ShapeError } from '../util/errors.ts';
import { type Op, op } from './opdef.ts';
import { scalarType } from './scalar.ts';

export interface ConstantAttrs {
  /** Row-major elements, or a single one that fills the shape. bool as 0 and 1. */
  readonly data: readonly number[];
  readonly dtype: DType;
  readonly shape: Shape;
}

export const constant: Op<ConstantAttrs, [data: number | readonly number[], dtype: DType, shape?: Shape]> =
  op<ConstantAttrs, [data: number | readonly number[], dtype: DType, shape?: Shape]>(
    {
      name: 'constant',
      doc: 'A literal tensor: `data` in row-major order, or one number that fills the shape.',
      attrs: { data: 'floats', dtype: 'dtype', shape: 'ints' },
      infer: (_, { data, dtype, shape }) => {
        checkShape(shape, 'constant');
        if (data.length !== 1 && data.length !== sizeOf(shape)) {
          throw new ShapeError(`constant: ${data.length} numbers for shape ${showShape(shape)}`);
        }
        return [{ dtype, shape }];
      },
      eval: (_, { attrs: { data, dtype, shape } }) => {
        if (data.length === 1) {
          const one = allocate(dtype, 1);
          one[0] = data[0]!;
          return [{ dtype, shape, data: one, strides: shape.map(() => 0), offset: 0 }];
        }
        const all = allocate(dtype, data.length);
        all.set(data);
        return [ndView(dtype, shape, all)];
      },
      vjp: () => [],
      lower: {
        kind: 'index',
        read: (_, load, { data, dtype }) =>
          data.length === 1 ? constOf(scalarType(dtype), data[0]!) : load(0, []),
      },
    },
    (data, dtype, shape = []) => ({
      args: [],
      // Rounded here, so that equal constants have equal attributes.
      attrs: {
        data: (typeof data === 'number' ? [data] : data).map((x) => (dtype === 'float32' ? rounded(x) : x)),
        dtype,
        shape,
      },
    }),
  );

function rounded(x: number): number {
  const float = Math.fround(x);
  // Rounding could make another size of what was computed from an unknown one; such numbers are very large or very small.
  if (Math.abs(x) >= 2 ** 30 || Math.abs(x) < 2 ** -24) checkKnown(x);
  return float;
}
