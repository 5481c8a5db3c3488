// argmax and argmin: where the extreme element is.
import { alongAxis } from '../array/loops.ts';
import { showType, sizeOf, type TensorType } from '../ir/types.ts';
import type { Expr, Kernel } from '../loop/kernel.ts';
import * as k from '../loop/make.ts';
import { ShapeError } from '../util/errors.ts';
import { checkFlag } from '../util/options.ts';
import { checkAxis, resolveAxis } from './axes.ts';
import { liftNumeric, type TensorLike } from './coerce.ts';
import { bind } from './dispatch.ts';
import { checkDomain } from './families.ts';
import type { Op, OpDef } from './opdef.ts';
import { overridable } from './override.ts';
import { scalarType } from './scalar.ts';

export interface ArgReduceAttrs {
  readonly axis: number;
}

type ArgReduction = Op<ArgReduceAttrs, [x: TensorLike, axis?: number, keepDims?: boolean]>;

function argReduction(
  name: string,
  doc: string,
  order: 'gt' | 'lt',
  better: (candidate: number, best: number) => boolean,
): ArgReduction {
  const def: OpDef<ArgReduceAttrs> = {
    name,
    doc,
    attrs: { axis: 'int' },
    infer: ([x], { axis }) => {
      const where = `${name} of ${showType(x!)}`;
      checkDomain(name, 'numeric', x!.dtype);
      checkAxis(axis, x!.shape.length, where);
      if (x!.shape[axis] === 0)
        throw new ShapeError(`${where} along axis ${axis}: there is no ${name} of no elements`);
      return [{ dtype: 'int32', shape: x!.shape.filter((_, a) => a !== axis) }];
    },
    eval: ([x], { attrs: { axis }, types: [type] }) => {
      const made = alongAxis(x!, axis, 'int32', 1, (line, out) => {
        let at = 0;
        for (let i = 1; i < line.length; i++) {
          const firstNaN = Number.isNaN(line[i]!) && !Number.isNaN(line[at]!);
          if (better(line[i]!, line[at]!) || firstNaN) at = i;
        }
        out[0] = at;
      });
      const { strides } = made;
      return [{ ...made, shape: type!.shape, strides: strides.filter((_, a) => a !== axis) }];
    },
    vjp: () => [null],
    lower: { kind: 'kernel', build: ([x], { axis }) => kernel(name, order, x!, axis) },
  };
  const front = (x: TensorLike, axis?: number, keepDims = false) => {
    checkFlag(keepDims, 'keepDims', name);
    const operand = liftNumeric(x, name);
    // Without an axis the index is one into the elements in row-major order, as in NumPy.
    const searched = axis === undefined ? operand.reshape([operand.size]) : operand;
    const resolved =
      axis === undefined ? 0 : resolveAxis(axis, operand.ndim, `${name} of ${showType(operand.type)}`);
    const result = bind(def, [searched], { axis: resolved })[0]!;
    const kept = operand.shape.map((size, a) => (axis === undefined || a === resolved ? 1 : size));
    return keepDims ? result.reshape(kept) : result;
  };
  return Object.assign(overridable(name, front), { def });
}

function kernel(name: string, order: 'gt' | 'lt', x: TensorType, axis: number): Kernel {
  const type = scalarType(x.dtype);
  const extent = x.shape[axis]!;
  const outer = sizeOf(x.shape.slice(0, axis));
  const inner = sizeOf(x.shape.slice(axis + 1));
  const element = (step: Expr): Expr =>
    k.load(type, 'a0', k.linearIndex([k.index('o'), step, k.index('i')], [outer, extent, inner]));
  const best = k.local(type, 'best');
  const candidate = k.local(type, 'candidate');
  // Only NaN differs from itself.
  const firstNaN = k.and(k.compare('ne', candidate, candidate), k.compare('eq', best, best));
  const better = k.compare(order, candidate, best);
  return {
    name,
    buffers: [
      { name: 'a0', type, size: sizeOf(x.shape), role: 'in' },
      { name: 'y0', type: 'i32', size: outer * inner, role: 'out' },
    ],
    body: [
      k.loop('o', outer, [
        k.loop('i', inner, [
          k.variable('best', element(k.i32(0))),
          k.variable('at', k.i32(0)),
          k.loop('step', extent, [
            k.letIn('candidate', element(k.index('step'))),
            k.when(type === 'f32' ? k.or(better, firstNaN) : better, [
              k.assign('best', candidate),
              k.assign('at', k.index('step')),
            ]),
          ]),
          k.store('y0', k.linearIndex([k.index('o'), k.index('i')], [outer, inner]), k.index('at')),
        ]),
      ]),
    ],
  };
}

/**
 * int32 index of the largest element along an axis, or of the elements in row-major order; the first of equals, and the first NaN if there is one (NumPy).
 * No elements: a ShapeError. `argmax(tensor([3, 5, 5]))` is 1.
 */
export const argmax: ArgReduction = argReduction(
  'argmax',
  'int32 index of the largest element along the axis: the first of equals; the first NaN if there is one.',
  'gt',
  (candidate, best) => candidate > best,
);

/** int32 index of the smallest element; otherwise as `argmax`. */
export const argmin: ArgReduction = argReduction(
  'argmin',
  'int32 index of the smallest element along the axis: the first of equals; the first NaN if there is one.',
  'lt',
  (candidate, best) => candidate < best,
);
