// The two mistakes tracing makes possible, explained: asking a traced tensor for its data, and keeping it after its trace.
import { showType, type TensorType } from '../ir/types.ts';
import { writeOps } from '../tensor/errors.ts';
import { LeakError, TraceError } from '../util/errors.ts';
import { type Loc, showLocation } from '../util/location.ts';
import type { UnusedCondition } from './conditions.ts';
import { enteredCount } from './conversion.ts';

/** What a message says of a traced tensor. */
export interface Provenance {
  readonly type: TensorType;
  /** Name of the function being traced. */
  readonly trace: string;
  /** The op that made it, or the path of the argument it is. */
  readonly maker: string;
  readonly loc: Loc | undefined;
}

function describe({ type, trace, maker, loc }: Provenance): string {
  const site = loc === undefined ? '' : ` at ${showLocation(loc)}`;
  return `${showType(type)} (${maker} in @${trace}${site})`;
}

/** `asked` makes the clause that says what happened to the tensor described. */
export function noData(asked: (what: string) => string, tensor: Provenance): TraceError {
  return new TraceError(
    `${asked(`a traced tensor ${describe(tensor)}`)}; while a function is traced, its tensors have a dtype and a shape but no elements. Ways out:\n` +
      `  - compute with methods, ${writeOps}, and choose with cond(condition, () => a, () => b), or by element with where(condition, a, b)\n` +
      '  - let the source transform convert the function: then operators are ops (node --import tracejit/register, or a plugin such as tracejit/autograph/vite)\n' +
      '  - return the tensor and read the result outside the jitted function\n' +
      '  - make the argument a JavaScript value again, as axes, sizes and options must be: jit(f, { static: [position] })',
  );
}

export function leaked(tensor: Provenance): LeakError {
  return new LeakError(
    `a traced tensor was used after its trace ended: ${describe(tensor)}. Tensors of a traced function live only while it runs; return the tensor from the function, or keep it in a Variable with assign(), instead of storing it outside`,
  );
}

export function unusedCondition(tensor: Provenance): TraceError {
  return new TraceError(
    `${unusedSummary(tensor)}, or remove the comparison if it is not needed; configure({ checkConditions: false }) allows it`,
    tensor.loc,
  );
}

/** One in a function that the traced one calls, and whose source branches on it. */
export function unconvertedHelper(tensor: Provenance & UnusedCondition): TraceError {
  return new TraceError(
    `${helperOf(tensor)} branches on a traced tensor but is not converted: JavaScript takes every tensor for true there. Mark it, or its file, 'use jit', and let the source transform see that file (node --import tracejit/register, or a plugin such as tracejit/autograph/vite); or write cond(condition, () => a, () => b), by element where(condition, a, b). The condition is ${describe(tensor)}; configure({ checkConditions: false }) allows it`,
    tensor.loc,
  );
}

/** One in a function that the traced one calls, and may have no use for. */
export function unusedWarning(tensor: Provenance & UnusedCondition): string {
  const hint =
    enteredCount() > 0
      ? `${helperOf(tensor)} compares a traced tensor, and nothing uses the answer. If it branches on it, the source transform has not converted it: begin it, or its file, with 'use jit', and let the plugin or hook see that file. `
      : '';
  return `${hint}${unusedSummary(tensor)}. If it is a result that is not needed here, all is well; configure({ checkConditions: false }) is silent`;
}

// `name (file:line:column)`.
function helperOf({ helper, loc }: Provenance & UnusedCondition): string {
  return `${helper?.name ?? 'a function'}${loc === undefined ? '' : ` (${showLocation(loc)})`}`;
}

/** An argument that nothing uses, in a function whose source asks it for its truth. */
export function askedArgument(trace: string, { path, code }: { path: string; code: string }): TraceError {
  return new TraceError(
    `${trace}: ${path} is traced, and \`${code}\` asks whether it is true: every traced tensor counts as true there, 0 and false as well. Make it a JavaScript value again with jit(f, { static: [position or key] }) or pass a boolean; choose by element with where(condition, a, b), branch with cond(condition, () => a, () => b); or have the source transform convert the function (node --import tracejit/register, or a plugin such as tracejit/autograph/vite). configure({ checkConditions: false }) allows it`,
  );
}

function unusedSummary(tensor: Provenance): string {
  return `a condition is computed and never used: ${describe(tensor)}. JavaScript does not ask a tensor for its value in if, ?:, &&, || and !: every tensor counts as true there. Choose by element with where(condition, a, b), branch with cond(condition, () => a, () => b), or have the source transform convert the function (node --import tracejit/register, or a plugin such as tracejit/autograph/vite; helper functions say 'use jit')`;
}
