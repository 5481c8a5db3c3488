// convolutions: every one becomes a matrix product whose left operand is a view of windows, so that it is tiled, fused and scheduled as products are.
import { type Builder, rebuild } from '../ir/build.ts';
import { is, type Value } from '../ir/func.ts';
import { type ConvAttrs, conv, shapesOf } from '../ops/conv.ts';
import { dotGeneral } from '../ops/dot.ts';
import type { OpDef } from '../ops/opdef.ts';
import { pad } from '../ops/pad.ts';
import { reshape } from '../ops/reshape.ts';
import { transpose } from '../ops/transpose.ts';
import { window } from '../ops/window.ts';
import { range } from '../util/seq.ts';
import type { Pass } from './pass.ts';

export const convolutions: Pass = {
  name: 'convolutions',
  doc: 'Replaces every convolution by the product of its windows with its kernel. The windows are a view: nothing is copied, and the order of the sums stays.',
  required: true,
  run: (func, { fuel }) =>
    rebuild(func, (old, [x, w], builder) => {
      if (!is(old, conv)) return null;
      fuel.take('convolution');
      return [productOf(builder, x!, w!, old.attrs)];
    }),
};

type Emit = <A>(op: { readonly def: OpDef<A> }, args: readonly Value[], given: A) => Value;

function surrounded(emit: Emit, x: Value, { lo, hi }: ConvAttrs): Value {
  if (lo.every((n) => n === 0) && hi.every((n) => n === 0)) return x;
  const interior = x.type.shape.map(() => 0);
  return emit(pad, [x], { lo: [0, ...lo, 0], hi: [0, ...hi, 0], interior, value: 0 });
}

function productOf(builder: Builder, x: Value, w: Value, attrs: ConvAttrs): Value {
  const emit: Emit = (op, args, given) => builder.emit(op.def, args, given)[0]!;
  const { strides, dilation, groups } = attrs;
  const { spatial, sizes, channels, features, result } = shapesOf(x.type, w.type, attrs);
  const places = range(1 + spatial, 1 + 2 * spatial);
  const windows = { sizes, strides, dilation };
  const padded = surrounded(emit, x, attrs);
  const kernelAxes = range(spatial);
  if (groups === 1)
    return emit(dotGeneral, [emit(window, [padded], windows), w], {
      leftBatch: [],
      rightBatch: [],
      leftContract: [...places, 1 + 2 * spatial],
      rightContract: [...kernelAxes, spatial],
    });
  // The groups are a batch of products.
  const [c, f] = [channels / groups, features / groups];
  const apart = emit(reshape, [padded], { shape: [...padded.type.shape.slice(0, -1), groups, c] });
  const kernel = emit(reshape, [w], { shape: [...sizes, c, groups, f] });
  const product = emit(dotGeneral, [emit(window, [apart], windows), kernel], {
    leftBatch: [1 + 2 * spatial],
    rightBatch: [spatial + 1],
    leftContract: [...places, 2 + 2 * spatial],
    rightContract: [...kernelAxes, spatial],
  });
  const last = emit(transpose, [product], { perm: [...range(1, 2 + spatial), 0, 2 + spatial] });
  return emit(reshape, [last], { shape: result });
}
