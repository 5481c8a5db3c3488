// window: the windows that slide over a tensor, as axes of their own. It moves no element, so a contraction reads windows where they lie.
import { windowed } from '../array/views.ts';
import type { Shape } from '../ir/types.ts';
import { add, i32, mul } from '../loop/make.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { range } from '../util/seq.ts';
import { type Op, op } from './opdef.ts';
import { type WindowAttrs, windowCounts } from './window-shapes.ts';

/**
 * The windows of `x` [n, …spatial, …rest]: [n, …windows, …sizes, …rest]. Element k of window i along an axis is element `i * stride + k * dilation`.
 * Throws a ShapeError for a window that does not fit.
 */
export const window: Op<WindowAttrs, [x: Tensor, attrs: WindowAttrs]> = op<
  WindowAttrs,
  [x: Tensor, attrs: WindowAttrs]
>(
  {
    name: 'window',
    doc: 'Windows that slide over the axes from 1 on, one for each size: [n, windows, sizes, rest]; element k of window i along an axis is element i * stride + k * dilation of the operand.',
    attrs: { sizes: 'ints', strides: 'ints', dilation: 'ints' },
    infer: ([x], attrs) => {
      const { shape, dtype } = x!;
      const count = attrs.sizes.length;
      const windows = windowCounts('window', shape, attrs);
      return [{ dtype, shape: [shape[0]!, ...windows, ...attrs.sizes, ...shape.slice(1 + count)] }];
    },
    eval: ([x], { attrs, types: [type] }) => [windowed(x!, attrs, type!.shape)],
    vjp: ([g], { args: [x], attrs }) => [spreadBack(g!, x!.shape, attrs)],
    simplify: ([x], { attrs: { sizes, strides }, types: [type] }) =>
      sizes.every((n) => n === 1) && strides.every((n) => n === 1) ? [x!.reshape(type!.shape)] : null,
    lower: {
      kind: 'view',
      index: (out, { strides, dilation }) => {
        const count = strides.length;
        const places = range(count).map((axis) =>
          add(mul(out[1 + axis]!, i32(strides[axis]!)), mul(out[1 + count + axis]!, i32(dilation[axis]!))),
        );
        return [out[0]!, ...places, ...out.slice(1 + 2 * count)];
      },
    },
  },
  (x, attrs) => ({ args: [x], attrs }),
);

/** Every element of the windows added to where it was read. */
function spreadBack(g: Tensor, shape: Shape, { sizes, strides, dilation }: WindowAttrs): Tensor {
  const count = sizes.length;
  const windows = g.shape.slice(1, 1 + count);
  const rest = g.shape.slice(1 + 2 * count);
  const apart = sizes.every((size, axis) => size === strides[axis] && (dilation[axis] === 1 || size === 1));
  if (apart) {
    // No two windows share an element: they lie one behind the other.
    const order = range(count).flatMap((axis) => [1 + axis, 1 + count + axis]);
    const tail = range(1 + 2 * count, g.ndim);
    const joined = g
      .transpose([0, ...order, ...tail])
      .reshape([g.shape[0]!, ...windows.map((n, axis) => n * sizes[axis]!), ...rest]);
    return joined.pad(joined.shape.map((n, axis) => [0, shape[axis]! - n] as const));
  }
  const parts = offsets(sizes).map((offset) => {
    const own = g.slice(null, ...windows.map(() => null), ...offset, ...rest.map(() => null));
    return own.pad(
      own.shape.map((n, axis) => {
        const at = axis - 1;
        if (at < 0 || at >= count) return [0, 0] as const;
        const lo = offset[at]! * dilation[at]!;
        const covered = n === 0 ? 0 : (n - 1) * strides[at]! + 1;
        return [lo, shape[axis]! - lo - covered, strides[at]! - 1] as const;
      }),
    );
  });
  return parts.reduce((a, b) => a.add(b));
}

function offsets(sizes: readonly number[]): readonly (readonly number[])[] {
  return sizes.reduce<readonly (readonly number[])[]>(
    (found, size) => found.flatMap((head) => range(size).map((k) => [...head, k])),
    [[]],
  );
}
