// What an op is: one record that holds its meaning, gradient, simplification, lowering and documentation.
import type { NdView } from '../array/nd.ts';
import type { Func } from '../ir/func.ts';
import type { OpSig } from '../ir/op.ts';
import type { Shape, TensorType } from '../ir/types.ts';
import type { Expr, Kernel, ReduceOp } from '../loop/kernel.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Loc } from '../util/location.ts';
import { bind } from './dispatch.ts';
import { callOf, named, overrideAmong } from './override.ts';

export interface EvalContext<A> {
  readonly attrs: A;
  readonly regions: readonly Func[];
  /** What `infer` gave: the types `eval` must return. */
  readonly types: readonly TensorType[];
}

export interface VjpContext<A> {
  readonly args: readonly Tensor[];
  readonly results: readonly Tensor[];
  readonly attrs: A;
  readonly regions: readonly Func[];
  /** Which operands want a cotangent. A rule may skip the others; what it returns for them is ignored. */
  readonly needs: readonly boolean[];
}

export interface SimplifyContext<A> {
  readonly attrs: A;
  /** What `infer` gave for this instruction. */
  readonly types: readonly TensorType[];
  /** The instruction an operand comes from, as seen in the function being built; null for a parameter. */
  defOf(x: Tensor): { readonly op: OpDef; readonly args: readonly Tensor[]; readonly attrs: unknown } | null;
}

// `any` is the variance escape: the registry is a list of ops with different attribute types.
// biome-ignore lint/suspicious/noExplicitAny: see above
export interface OpDef<A = any> extends OpSig<A> {
  /** One sentence or more for docs/ops.md; formulas in plain text, units and special cases named. */
  readonly doc: string;
  /** The meaning. Plain and obviously right: every other executor is judged against it, bit for bit. */
  eval(args: readonly NdView[], ctx: EvalContext<A>): readonly NdView[];
  /**
   * Cotangents of the operands from those of the results, written with Tensor methods, so that it runs under every interpreter.
   * `null` for an operand: no gradient flows there (integers, conditions). No `vjp` at all: not differentiable, an error if asked.
   */
  vjp?(ct: readonly Tensor[], ctx: VjpContext<A>): readonly (Tensor | null)[];
  /**
   * For an op with one result that reads a part of its first operand, the only one that has a cotangent: the sum of that operand's cotangents so far,
   * with the op's own added where it read. What `vjp` gives is the same on zeros, and costs as much as the operand is large.
   */
  vjpInto?(sum: Tensor, ct: Tensor, ctx: VjpContext<A>): Tensor;
  /** A rewrite that needs attributes (transpose of transpose). Exact on every bit. Null where nothing is to be done. */
  simplify?(args: readonly Tensor[], ctx: SimplifyContext<A>): readonly Tensor[] | null;
  readonly lower: Lowering<A>;
}

/** Dimension numbers of a contraction; result axes are batch, then the free axes of the left, then of the right operand. */
export interface ContractionAxes {
  readonly leftBatch: readonly number[];
  readonly rightBatch: readonly number[];
  readonly leftContract: readonly number[];
  readonly rightContract: readonly number[];
}

/** How an op becomes loops: an open set of ops described by this closed set of shapes. It is also the vocabulary of fusion. */
// biome-ignore lint/suspicious/noExplicitAny: variance escape as in OpDef
export type Lowering<A = any> =
  /** Result element i from the operands' elements i. */
  | { readonly kind: 'point'; scalar(x: readonly Expr[], attrs: A, types: readonly TensorType[]): Expr }
  /** Result element at `out` is the one operand's element at the returned index: no arithmetic on values. */
  | {
      readonly kind: 'view';
      index(out: readonly Expr[], attrs: A, operand: Shape, result: Shape): readonly Expr[];
    }
  /** Like view, but several operands, conditions or computed indices (pad, concat, iota, gather). `load(k, index)` reads operand k. */
  | {
      readonly kind: 'index';
      read(
        out: readonly Expr[],
        load: (operand: number, index: readonly Expr[]) => Expr,
        attrs: A,
        types: readonly TensorType[],
        result: TensorType,
      ): Expr;
      /** Conditions that must hold for each result element, with the message of the error otherwise (indices in bounds) and the i32 that it is about. */
      asserts?(
        out: readonly Expr[],
        load: (operand: number, index: readonly Expr[]) => Expr,
        attrs: A,
        types: readonly TensorType[],
      ): readonly { readonly cond: Expr; readonly message: string; readonly got: Expr }[];
    }
  /** One operand reduced over axes, in the fixed order of `reduceOrder` over the reduced axes' row-major index. */
  | { readonly kind: 'reduce'; readonly op: ReduceOp; axes(attrs: A): readonly number[] }
  /** Σ of products over contracted axes, accumulated in index order (row-major over the contracted axes). */
  | { readonly kind: 'contract'; axes(attrs: A): ContractionAxes }
  /** A kernel of its own; buffers are the operands `a0 a1 …` then the results `y0 y1 …`, all row-major. */
  | {
      readonly kind: 'kernel';
      build(args: readonly TensorType[], attrs: A, results: readonly TensorType[]): Kernel;
      /** The one result begins as operand 0 and the kernel replaces elements of it: `y0` is `inout`, and there is no `a0`. */
      readonly updates?: true;
    }
  /**
   * Something the host does with the operands' values, in program order; no results. One that `fails` has a bool scalar as its first operand, and
   * is run, to throw, on the others only where that is false. `loc` is the user's line.
   */
  | {
      readonly kind: 'effect';
      readonly fails: boolean;
      run(values: readonly NdView[], attrs: A, loc: Loc | undefined): void;
    }
  /** The compiler's own: call, fusion, control flow. */
  | { readonly kind: 'host' };

/** An op is a function that carries its definition: `sin(x)` runs it, `sin.def` is the record, `is(instr, sin)` the pattern. */
export interface Op<A, In extends readonly unknown[]> {
  (...args: In): Tensor;
  readonly def: OpDef<A>;
}

/** What users call an op, mostly: its name in camel case. */
export function frontName(name: string): string {
  return name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}

/** Makes a single-result op. `front` turns what users pass into operands and attributes (coercion, defaults, checks). */
export function op<A, In extends readonly unknown[]>(
  def: OpDef<A>,
  front: (...args: In) => { readonly args: readonly Tensor[]; readonly attrs: A },
  called: string = frontName(def.name),
): Op<A, In> {
  const compute = (...input: In): Tensor => {
    const { args, attrs } = front(...input);
    return bind(def, args, attrs)[0]!;
  };
  // As `overridable` does it, without a call more: this is the hot path of eager mode.
  const call = (...input: In): Tensor => {
    const override = overrideAmong(input);
    if (override !== null) return override(callOf(called, input, compute as never, call as never)) as Tensor;
    const { args, attrs } = front(...input);
    return bind(def, args, attrs)[0]!;
  };
  return Object.assign(named(called, call), { def });
}

/** The record behind an instruction. Every op in a Func is an OpDef; the IR room only sees its OpSig part. */
export function defOf(instr: { readonly op: OpSig }): OpDef {
  return instr.op as OpDef;
}
