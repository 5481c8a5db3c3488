// The compiler in one page: a traced function goes through the passes, down to a program, and out as code.
import type { Func } from '../ir/func.ts';
import type { Stage } from '../passes/pass.ts';
import { optimize } from '../passes/pipeline.ts';
import { type CodeOptions, type Generated, generate, type Parameters } from './backend.ts';
import { dump } from './dump.ts';

/** Every artifact on the way, and the function at the end. */
export interface Compilation {
  /** The function after the passes. */
  readonly func: Func;
  readonly stages: readonly Stage[];
  readonly code: Generated;
  readonly passesMs: number;
}

/** Compiles a traced function. A run that fails leaves what the program may overwrite as it was. */
export function compile(traced: Func, options: CodeOptions, parameters: Parameters): Compilation {
  const start = performance.now();
  const { func, stages } = optimize(traced, { precision: options.precision });
  const passesMs = performance.now() - start;
  const compilation = { func, stages, code: generate(func, options, parameters), passesMs };
  dump(compilation);
  return compilation;
}
