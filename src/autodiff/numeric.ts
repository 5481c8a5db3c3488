// Gradients by finite differences: slow, approximate and independent of every vjp rule.
import { ndView } from '../array/nd.ts';
import { showType } from '../ir/types.ts';
import { EagerTensor } from '../tensor/eager.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { GradientError } from '../util/errors.ts';

/**
 * The gradient of the scalar function `f` at `x` by central differences, `(f(x + h) - f(x - h)) / 2h` element by element in
 * double precision around float32 evaluations. `step` is h relative to max(1, |x|); the default, 2^-8, near the
 * cube root of the float32 epsilon, balances truncation against rounding and leaves about four digits. Throws a GradientError unless `x` is float32 and
 * `f` returns a scalar.
 *
 *     numericGradient((x) => x.square().sum(), tensor([1, 2]))   // about [2, 4]
 */
export function numericGradient(f: (x: Tensor) => Tensor, x: Tensor, step: number = 2 ** -8): Tensor {
  if (x.dtype !== 'float32')
    throw new GradientError(`numericGradient: x must be float32, got ${showType(x.type)}`);
  const at = (data: Float32Array): number => {
    const y = f(new EagerTensor(ndView('float32', x.shape, data)));
    if (y.ndim > 0)
      throw new GradientError(`numericGradient: the function must return a scalar, got ${showType(y.type)}`);
    return y.item();
  };
  const point = x.data() as Float32Array;
  const out = new Float32Array(point.length);
  for (let i = 0; i < point.length; i++) {
    const h = step * Math.max(1, Math.abs(point[i]!));
    const above = point.slice();
    const below = point.slice();
    above[i] = point[i]! + h;
    below[i] = point[i]! - h;
    // The distance as stored: rounding to float32 may have moved both points.
    out[i] = (at(above) - at(below)) / (above[i]! - below[i]!);
  }
  return new EagerTensor(ndView('float32', x.shape, out));
}
