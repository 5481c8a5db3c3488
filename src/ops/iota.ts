// iota: the position along an axis, as a tensor.
import { allocate, type NdView } from '../array/nd.ts';
import { checkShape, type DType, type Shape } from '../ir/types.ts';
import { convert } from '../loop/make.ts';
import { DTypeError } from '../util/errors.ts';
import { checkAxis, givenShape, resolveAxis } from './axes.ts';
import { type Op, op } from './opdef.ts';
import { scalarType } from './scalar.ts';

export interface IotaAttrs {
  readonly shape: Shape;
  readonly axis: number;
  readonly dtype: DType;
}

/**
 * A tensor whose elements are their own position along `axis`. Throws an AxisError for an axis that the shape does not have.
 *
 *     iota([2, 3], 1)   // int32 [[0, 1, 2], [0, 1, 2]]
 */
export const iota: Op<IotaAttrs, [shape: Shape, axis?: number, dtype?: DType]> = op<
  IotaAttrs,
  [shape: Shape, axis?: number, dtype?: DType]
>(
  {
    name: 'iota',
    doc: 'Every element is its own position along the axis; float32 rounds positions beyond 2^24 to nearest even.',
    attrs: { shape: 'ints', axis: 'int', dtype: 'dtype' },
    infer: (_, { shape, axis, dtype }) => {
      checkShape(shape, 'iota');
      checkAxis(axis, shape.length, 'iota');
      if (dtype === 'bool') throw new DTypeError('iota: positions are int32 or float32, not bool');
      return [{ dtype, shape }];
    },
    eval: (_, { attrs: { shape, axis, dtype } }) => {
      const data = allocate(dtype, shape[axis]!).map((_, i) => i);
      const line: NdView = {
        dtype,
        shape,
        data,
        strides: shape.map((_, a) => (a === axis ? 1 : 0)),
        offset: 0,
      };
      return [line];
    },
    vjp: () => [],
    lower: { kind: 'index', read: (out, _, { axis, dtype }) => convert(scalarType(dtype), out[axis]!) },
  },
  (shape, axis = 0, dtype = 'int32') => {
    const given = givenShape(shape, 'iota');
    return { args: [], attrs: { shape: given, axis: resolveAxis(axis, given.length, 'iota'), dtype } };
  },
);
