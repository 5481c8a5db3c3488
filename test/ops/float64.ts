// Ops in double precision: what an op's lowering says, computed without rounding to float32, with the host's exp and sin.
//
// Finite differences of float32 kernels leave three digits, which hides wrong gradients near zeros of a derivative and needs a tolerance per op.
// Those of this evaluator leave nine. It reads the lowering and not `eval`, so it also says whether the two mean the same.
import { flatData, type NdView } from '../../src/array/nd.ts';
import { Builder } from '../../src/ir/build.ts';
import { type Func, type Instr, is, type Value } from '../../src/ir/func.ts';
import { type Shape, sizeOf, type TensorType } from '../../src/ir/types.ts';
import type { Expr, ReduceOp } from '../../src/loop/kernel.ts';
import * as k from '../../src/loop/make.ts';
import { type ConvAttrs, conv } from '../../src/ops/conv.ts';
import { chosen, ifOp } from '../../src/ops/if.ts';
import { type ContractionAxes, defOf, type OpDef } from '../../src/ops/opdef.ts';
import { scalarType } from '../../src/ops/scalar.ts';
import { whileOp } from '../../src/ops/while.ts';
import { convolutions } from '../../src/passes/convolutions.ts';
import { makeFuel, type PassContext } from '../../src/passes/pass.ts';
import { range } from '../../src/util/seq.ts';
import { arithmetic, Machine } from './float64-machine.ts';

/** A tensor of doubles in row-major order. */
export interface Doubles extends TensorType {
  readonly elements: Float64Array;
}

export function toDoubles(x: NdView): Doubles {
  return { dtype: x.dtype, shape: x.shape, elements: Float64Array.from(flatData(x)) };
}

/** The results of an op in doubles. int32 and bool are exact. */
export function inDoubles(
  def: OpDef,
  args: readonly Doubles[],
  attrs: unknown,
  results: readonly TensorType[],
): readonly Doubles[] {
  const { lower } = def;
  if (def === conv.def) return functionInDoubles(openedConvolution(args, attrs), args);
  const machine = new Machine();
  for (const [i, x] of args.entries()) machine.buffers.set(`a${i}`, x.elements);
  const made = results.map(({ dtype, shape }) => ({
    dtype,
    shape,
    elements: new Float64Array(sizeOf(shape)),
  }));
  for (const [i, y] of made.entries()) machine.buffers.set(`y${i}`, y.elements);
  const [y] = made as [Doubles];
  const load = (operand: number, index: readonly Expr[]): Expr => {
    const { dtype, shape } = args[operand]!;
    return k.load(scalarType(dtype), `a${operand}`, k.linearIndex(index, shape));
  };
  const fill = (element: (out: readonly Expr[]) => Expr): void => {
    for (let i = 0; i < y.elements.length; i++) {
      y.elements[i] = machine.value(element(indexOf(i, y.shape).map(k.i32)));
    }
  };

  switch (lower.kind) {
    case 'point':
      fill((out) =>
        lower.scalar(
          args.map((_, operand) => load(operand, out)),
          attrs,
          args,
        ),
      );
      break;
    case 'view':
      fill((out) => load(0, lower.index(out, attrs, args[0]!.shape, y.shape)));
      break;
    case 'index':
      fill((out) => lower.read(out, load, attrs, args, y));
      break;
    case 'reduce':
      reduce(args[0]!, y, lower.axes(attrs), lower.op);
      break;
    case 'contract':
      contract(args[0]!, args[1]!, y, lower.axes(attrs));
      break;
    case 'kernel': {
      const { buffers, body } = lower.build(args, attrs, results);
      for (const { name, role, size } of buffers)
        if (role === 'scratch') machine.buffers.set(name, new Float64Array(size));
      if (lower.updates) y.elements.set(args[0]!.elements);
      machine.run(body);
      break;
    }
    case 'host':
      throw new Error('an op that the compiler treats by itself has no formula');
  }
  return made;
}

// A convolution has no lowering of its own: a pass makes a product of it.
function openedConvolution(args: readonly Doubles[], attrs: unknown): Func {
  const builder = new Builder();
  const params = args.map(({ dtype, shape }) => builder.param({ dtype, shape }));
  const func = builder.finish('conv', builder.emit(conv.def, params, attrs as ConvAttrs));
  const context: PassContext = { precision: 'strict', fuel: makeFuel(1), note: () => undefined };
  return convolutions.run(func, context);
}

/** The results of a function in doubles, instruction by instruction; branches and loops as they run. */
export function functionInDoubles(func: Func, args: readonly Doubles[]): readonly Doubles[] {
  const values = new Map<Value, Doubles>();
  func.params.forEach((p, i) => values.set(p, args[i]!));
  for (const instr of func.body) {
    const operands = instr.args.map((a) => values.get(a)!);
    const types = instr.results.map((r) => r.type);
    if (is(instr, ifOp) || is(instr, whileOp)) {
      const given = is(instr, ifOp) ? branchInDoubles(instr, operands) : loopInDoubles(instr, operands);
      instr.results.forEach((r, i) => values.set(r, given[i]!));
      continue;
    }
    // What has no operands (constants, iota) is as exact in float32 as it will ever be.
    const results =
      operands.length === 0
        ? defOf(instr).eval([], { attrs: instr.attrs, regions: [], types }).map(toDoubles)
        : inDoubles(defOf(instr), operands, instr.attrs, types);
    instr.results.forEach((r, i) => values.set(r, results[i]!));
  }
  return func.results.map((r) => values.get(r)!);
}

function indexOf(linear: number, shape: Shape): number[] {
  const out: number[] = new Array(shape.length);
  let rest = linear;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    out[axis] = rest % shape[axis]!;
    rest = Math.floor(rest / shape[axis]!);
  }
  return out;
}

function linearOf(index: readonly number[], shape: Shape): number {
  return index.reduce((at, i, axis) => at * shape[axis]! + i, 0);
}

function reduce(x: Doubles, y: Doubles, axes: readonly number[], op: ReduceOp): void {
  const starts: Readonly<Record<ReduceOp, number>> = {
    add: 0,
    mul: 1,
    min: Number.POSITIVE_INFINITY,
    max: Number.NEGATIVE_INFINITY,
    or: 0,
    and: 1,
  };
  y.elements.fill(starts[op]);
  const type = scalarType(x.dtype);
  x.elements.forEach((element, i) => {
    const kept = indexOf(i, x.shape).filter((_, axis) => !axes.includes(axis));
    const at = linearOf(kept, y.shape);
    y.elements[at] = arithmetic(op, type === 'i32', y.elements[at]!, element);
  });
}

function contract(a: Doubles, b: Doubles, y: Doubles, axes: ContractionAxes): void {
  const { leftBatch, rightBatch, leftContract, rightContract } = axes;
  const free = (x: Doubles, used: readonly number[]) =>
    range(x.shape.length).filter((axis) => !used.includes(axis));
  const leftFree = free(a, [...leftBatch, ...leftContract]);
  const rightFree = free(b, [...rightBatch, ...rightContract]);
  const depths = leftContract.map((axis) => a.shape[axis]!);
  const place = (x: Doubles, axes: readonly number[], at: readonly number[]): number =>
    linearOf(
      x.shape.map((_, axis) => at[axes.indexOf(axis)]!),
      x.shape,
    );
  for (let i = 0; i < y.elements.length; i++) {
    const out = indexOf(i, y.shape);
    const batch = out.slice(0, leftBatch.length);
    const left = out.slice(leftBatch.length, leftBatch.length + leftFree.length);
    const right = out.slice(leftBatch.length + leftFree.length);
    for (let d = 0; d < sizeOf(depths); d++) {
      const depth = indexOf(d, depths);
      const l = place(a, [...leftBatch, ...leftFree, ...leftContract], [...batch, ...left, ...depth]);
      const r = place(b, [...rightBatch, ...rightFree, ...rightContract], [...batch, ...right, ...depth]);
      const wraps = a.dtype === 'int32';
      const term = arithmetic('mul', wraps, a.elements[l]!, b.elements[r]!);
      y.elements[i] = arithmetic('add', wraps, y.elements[i]!, term);
    }
  }
}

function branchInDoubles(
  { regions }: Instr,
  [selector, ...operands]: readonly Doubles[],
): readonly Doubles[] {
  const at = chosen(selector!.elements[0]!, selector!.dtype === 'bool', regions.length);
  return functionInDoubles(regions[at]!, operands);
}

function loopInDoubles({ regions, results }: Instr, operands: readonly Doubles[]): readonly Doubles[] {
  const [cond, body] = regions as [Func, Func];
  let now = operands;
  while (functionInDoubles(cond, now)[0]!.elements[0] !== 0)
    now = [...functionInDoubles(body, now), ...operands.slice(results.length)];
  return now.slice(0, results.length);
}
