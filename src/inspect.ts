// The compiler as a library: IR text in and out, every stage by itself. Entry point `tracejit/inspect`.
import { type CompiledProgram, compileProgram } from './codegen/js/program.ts';
import type { Func } from './ir/func.ts';
import { parse as parseText } from './ir/parse.ts';
import { showType } from './ir/types.ts';
import { lower as lowerFunc } from './lower/lower.ts';
import type { Program } from './lower/program.ts';
import { evaluate } from './ops/evaluate.ts';
import { registry } from './ops/index.ts';
import type { Precision } from './passes/pass.ts';
import { EagerTensor } from './tensor/eager.ts';
import type { Tensor } from './tensor/tensor.ts';
import { ArgumentError } from './util/errors.ts';

export type { CompiledProgram } from './codegen/js/program.ts';
export { type Func, type Instr, is, type Value } from './ir/func.ts';
export { type PrintOptions, print } from './ir/print.ts';
export { verify } from './ir/verify.ts';
export { printProgram } from './lower/print.ts';
export type { Program, Slot, Step } from './lower/program.ts';
export type { OpDef } from './ops/opdef.ts';
export { type Differentiated, differentiate } from './passes/differentiate.ts';
export type { Optimized, Pass, RunOptions, Stage } from './passes/pass.ts';
export { runPasses } from './passes/pass.ts';
export { optimize, order, pipeline } from './passes/pipeline.ts';
export { registry };

/** The function a text describes. Throws a ParseError with line and column, or a VerifyError with the rule that is broken. */
export function parse(text: string): Func {
  return parseText(text, registry);
}

/**
 * The results of a function by the reference kernels: the oracle every compiled program is judged by. Works on traced, optimised
 * and fused functions alike. Throws an ArgumentError for arguments whose types are not those of the parameters.
 *
 *     run(parse(text), [tensor([1, 2])])
 */
export function run(func: Func, args: readonly Tensor[]): readonly Tensor[] {
  const wanted = func.params.map((p) => showType(p.type)).join(', ');
  const given = args.map((a) => showType(a.type)).join(', ');
  if (wanted !== given) throw new ArgumentError(`run: @${func.name} takes (${wanted}), got (${given})`);
  return evaluate(
    func,
    args.map((a) => a.requireView()),
  ).map((view) => new EagerTensor(view));
}

export interface EmitOptions {
  readonly precision?: Precision;
  /** Parameters whose arrays results may overwrite. */
  readonly donated?: readonly number[];
}

/** The program of an optimised function (see `optimize`): kernels, memory, the order they run in. */
export function lower(func: Func, { precision = 'strict', donated = [] }: EmitOptions = {}): Program {
  return lowerFunc(func, { precision, donated });
}

/** JavaScript for a program, as text and as a function on typed arrays. */
export function emit(program: Program): CompiledProgram {
  return compileProgram(program);
}
