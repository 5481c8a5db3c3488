// Reductions: many elements to one, in the fixed order of ir/order.ts.
import { type Monoid, reduce } from '../array/loops.ts';
import { type Shape, showType } from '../ir/types.ts';
import type { ReduceOp } from '../loop/kernel.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { AxisError, ShapeError } from '../util/errors.ts';
import { checkFlag } from '../util/options.ts';
import { type Axes, checkAxis, resolveAxes } from './axes.ts';
import { liftBool, liftNumeric, type TensorLike } from './coerce.ts';
import { bind } from './dispatch.ts';
import { checkDomain } from './families.ts';
import type { Op, OpDef } from './opdef.ts';
import { overridable } from './override.ts';

export interface ReduceAttrs {
  /** The axes that disappear, increasing; at least one. */
  readonly axes: readonly number[];
}

type Reduction = Op<ReduceAttrs, [x: TensorLike, axis?: Axes, keepDims?: boolean]>;

interface ReductionSpec {
  readonly doc: string;
  readonly takes: 'numeric' | 'bool';
  readonly combines: ReduceOp;
  /** The meaning on float32, and on int32 or bool. */
  readonly float?: Monoid;
  readonly integer: Monoid;
  /** Without elements there is no result: an error instead of the identity. */
  readonly nonEmpty?: true;
  readonly d?: (g: Tensor, x: Tensor, y: Tensor, axes: readonly number[]) => Tensor;
}

function reduction(name: string, spec: ReductionSpec): Reduction {
  const { doc, takes, combines, float, integer, nonEmpty, d } = spec;
  const def: OpDef<ReduceAttrs> = {
    name,
    doc,
    attrs: { axes: 'ints' },
    infer: ([x], { axes }) => {
      const where = `${name} of ${showType(x!)}`;
      checkDomain(name, takes, x!.dtype);
      if (axes.length === 0) throw new AxisError(`${where}: no axes; over none, the result is the operand`);
      axes.forEach((axis, i) => {
        checkAxis(axis, x!.shape.length, where);
        if (i > 0 && axis <= axes[i - 1]!) throw new AxisError(`${where}: axes [${axes}] must increase`);
      });
      if (nonEmpty && axes.some((axis) => x!.shape[axis] === 0))
        throw new ShapeError(`${where} over axes [${axes}]: there is no ${name} of no elements`);
      return [{ dtype: x!.dtype, shape: x!.shape.filter((_, axis) => !axes.includes(axis)) }];
    },
    eval: ([x], { attrs: { axes } }) => [reduce(x!, axes, (x!.dtype === 'float32' && float) || integer)],
    vjp: ([g], { args: [x], results: [y], attrs: { axes } }) => [
      d && x!.dtype === 'float32' ? d(g!, x!, y!, axes) : null,
    ],
    lower: { kind: 'reduce', op: combines, axes: ({ axes }) => axes },
  };
  const front = (x: TensorLike, axis?: Axes, keepDims = false): Tensor => {
    const operand = takes === 'bool' ? liftBool(x, name) : liftNumeric(x, name);
    const where = `${name} of ${showType(operand.type)}`;
    checkFlag(keepDims, 'keepDims', where);
    const axes = resolveAxes(axis, operand.ndim, where).sort((a, b) => a - b);
    // Over no axes there is nothing to combine. The sum of one element, by contrast, is 0 + x: it turns -0 into +0.
    if (axes.length === 0) return operand;
    const result = bind(def, [operand], { axes })[0]!;
    return keepDims ? result.reshape(keptShape(operand.shape, axes)) : result;
  };
  return Object.assign(overridable(name, front), { def });
}

/** The shape with the reduced axes kept at size 1. */
function keptShape(shape: Shape, axes: readonly number[]): Shape {
  return shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
}

/** A reduced tensor repeated along the reduced axes of `x`. */
function spread(reduced: Tensor, x: Tensor, axes: readonly number[]): Tensor {
  return reduced.reshape(keptShape(x.shape, axes)).broadcastTo(x.shape);
}

/**
 * Sum over the axes (all where absent). int32 wraps; bool is counted in int32. float32 in the fixed order that numerics.md describes.
 * `sum(tensor([[1, 2], [3, 4]]), 0)` is `[4, 6]`.
 */
export const sum: Reduction = reduction('sum', {
  doc: 'Sum over the axes, starting from 0. int32 wraps.',
  takes: 'numeric',
  combines: 'add',
  float: { identity: 0, combine: (a, b) => Math.fround(a + b) },
  integer: { identity: 0, combine: (a, b) => (a + b) | 0 },
  d: (g, x, _, axes) => spread(g, x, axes),
});

/** Product over the axes (all where absent). int32 wraps. The gradient is right also where elements are 0. */
export const prod: Reduction = reduction('prod', {
  doc: 'Product over the axes, starting from 1. int32 wraps.',
  takes: 'numeric',
  combines: 'mul',
  float: { identity: 1, combine: (a, b) => Math.fround(a * b) },
  integer: { identity: 1, combine: Math.imul },
  d: (g, x, _, axes) => {
    // One axis at a time: the product of the others along it, times that of the products along the axes already done.
    let gradient = spread(g, x, axes);
    let partial = x;
    for (const axis of axes) {
      const before = partial.cumprod(axis, { exclusive: true });
      const after = partial.cumprod(axis, { exclusive: true, reverse: true });
      gradient = gradient.mul(before.mul(after));
      partial = partial.prod(axis, true);
    }
    return gradient;
  },
});

/** Largest element over the axes (all where absent); NaN if there is one. Equal largest elements share the gradient. No elements: a ShapeError. */
export const max: Reduction = reduction('max', {
  doc: 'Largest element over the axes; NaN if there is one, and -0 < +0. Equal largest elements share the gradient.',
  takes: 'numeric',
  combines: 'max',
  float: { identity: Number.NEGATIVE_INFINITY, combine: Math.max },
  integer: { identity: -(2 ** 31), combine: Math.max },
  nonEmpty: true,
  d: shareAmongTies,
});

/** Smallest element over the axes (all where absent); NaN if there is one. Equal smallest elements share the gradient. No elements: a ShapeError. */
export const min: Reduction = reduction('min', {
  doc: 'Smallest element over the axes; NaN if there is one, and -0 < +0. Equal smallest elements share the gradient.',
  takes: 'numeric',
  combines: 'min',
  float: { identity: Number.POSITIVE_INFINITY, combine: Math.min },
  integer: { identity: 2 ** 31 - 1, combine: Math.min },
  nonEmpty: true,
  d: shareAmongTies,
});

function shareAmongTies(g: Tensor, x: Tensor, y: Tensor, axes: readonly number[]): Tensor {
  const chosen = x.equal(spread(y, x, axes));
  const count = chosen.cast('float32').sum(axes);
  return chosen.where(spread(g.div(count), x, axes), 0);
}

/** True where at least one element over the axes is. Takes bool. */
export const any: Reduction = reduction('any', {
  doc: 'True where at least one element over the axes is; false of none.',
  takes: 'bool',
  combines: 'or',
  integer: { identity: 0, combine: (a, b) => a | b },
});

/** True where every element over the axes is. Takes bool. */
export const all: Reduction = reduction('all', {
  doc: 'True where every element over the axes is; true of none.',
  takes: 'bool',
  combines: 'and',
  integer: { identity: 1, combine: (a, b) => a & b },
});
