// The compiler in one page: a traced function goes through the passes, down to a program, and out as JavaScript.
import { type CompiledProgram, compileProgram } from '../codegen/js/program.ts';
import type { Func } from '../ir/func.ts';
import { verifyKernel } from '../loop/verify.ts';
import { lower } from '../lower/lower.ts';
import type { Program } from '../lower/program.ts';
import { checkedByDefault, type Precision, type Stage } from '../passes/pass.ts';
import { optimize } from '../passes/pipeline.ts';
import { dump } from './dump.ts';

export interface CompileOptions {
  readonly precision: Precision;
  /** Parameters whose memory the program may overwrite. A run that fails leaves it as it was. */
  readonly donated: readonly number[];
}

/** Every artifact on the way, and the function at the end. */
export interface Compilation extends CompiledProgram {
  /** The function after the passes. */
  readonly func: Func;
  readonly stages: readonly Stage[];
  readonly program: Program;
  /** What the steps after tracing took. */
  readonly ms: { readonly passes: number; readonly lowering: number; readonly emitting: number };
}

/** Compiles a traced function. */
export function compile(traced: Func, { precision, donated }: CompileOptions): Compilation {
  const start = performance.now();
  const { func, stages } = optimize(traced, { precision });
  const optimized = performance.now();
  const program = lower(func, { precision, donated });
  if (checkedByDefault())
    for (const step of program.steps) if (step.kind === 'run') verifyKernel(step.kernel);
  const lowered = performance.now();
  const { source, engine, run } = compileProgram(program);
  const emitted = performance.now();
  const ms = { passes: optimized - start, lowering: lowered - optimized, emitting: emitted - lowered };
  const compilation = { func, stages, program, source, engine, run, ms };
  dump(compilation);
  return compilation;
}
