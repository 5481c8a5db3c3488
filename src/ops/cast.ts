// cast: the same numbers in another dtype.
import { contiguous } from '../array/loops.ts';
import { checkDType, type DType } from '../ir/types.ts';
import { convert } from '../loop/make.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { type Op, op } from './opdef.ts';
import { scalarType } from './scalar.ts';

// WASM's trunc_sat: towards zero, saturating, NaN to 0.
const toInt = (x: number): number =>
  Number.isNaN(x) ? 0 : Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, Math.trunc(x)));
const convertTo: Readonly<Record<DType, (x: number) => number>> = {
  float32: (x) => x,
  int32: toInt,
  bool: (x) => (x !== 0 ? 1 : 0),
};

export const cast: Op<{ dtype: DType }, [x: Tensor, dtype: DType]> = op<
  { dtype: DType },
  [x: Tensor, dtype: DType]
>(
  {
    name: 'cast',
    doc: 'Converts the dtype. float32 to int32 truncates towards zero and saturates, NaN gives 0; to bool: x != 0; int32 to float32 rounds to nearest even.',
    attrs: { dtype: 'dtype' },
    infer: ([x], { dtype }) => {
      checkDType(dtype, 'cast');
      return [{ dtype, shape: x!.shape }];
    },
    eval: ([x], { attrs: { dtype } }) => [contiguous(x!, dtype, convertTo[dtype])],
    vjp: ([g], { args: [x], attrs: { dtype } }) => [
      x!.dtype === 'float32' && dtype === 'float32' ? g! : null,
    ],
    simplify: ([x], { attrs: { dtype } }) => (x!.dtype === dtype ? [x!] : null),
    lower: { kind: 'point', scalar: ([x], { dtype }) => convert(scalarType(dtype), x!) },
  },
  (x, dtype) => ({ args: [x], attrs: { dtype } }),
);
