// Scalar functions as JavaScript functions of numbers: what eager mathematics calls.
import { functionFrom } from '../util/code.ts';
import { interpretFunction } from './interpret.ts';
import { spellName, spellPrelude, spellStored } from './javascript.ts';
import type { ScalarFunction } from './kernel.ts';
import { call, convert, local } from './make.ts';

const compiled = new WeakMap<ScalarFunction, (...xs: number[]) => number>();

/**
 * A scalar function as a JavaScript function of numbers; a bool is 0 or 1. Arguments must be values of the parameter types (a float32 for f32).
 * Where a content-security policy forbids code generation the interpreter stands in: slow, the same bits.
 */
export function compileScalar(fn: ScalarFunction): (...xs: number[]) => number {
  let run = compiled.get(fn);
  if (run === undefined) {
    run = generate(fn) ?? interpretFunction(fn);
    compiled.set(fn, run);
  }
  return run;
}

/** Null where the host forbids code generation. */
function generate(fn: ScalarFunction): ((...xs: number[]) => number) | null {
  const params = fn.params.map((p) => spellName(p.name)).join(', ');
  const root = call(
    fn,
    ...fn.params.map((p) => convert(p.type, local(p.type === 'bool' ? 'i32' : p.type, p.name))),
  );
  const code = `'use strict';\n${spellPrelude(root)}\nreturn (${params}) => ${spellStored(root)};`;
  const make = functionFrom([], code) as (() => (...xs: number[]) => number) | null;
  return make === null ? null : make();
}
