// What a round of a loop asks of the registers. What an engine puts on the stack costs most where a loop carries it from round to round.
import type { Expr, Stmt } from './kernel.ts';
import { bodyOf, operandsOf } from './visit.ts';

/** Of the sixteen vector registers of x86-64 V8 keeps one for itself. */
export const vectorRegisters = 15;

/**
 * Do the vectors fit that are alive at once where a round of a loop loads `loads` and adds to `carried` of them? V8 puts the loads of a round before its arithmetic,
 * so all are alive together. Constants do not count: those that find no register are written to the stack once, before the loop, and a load each costs little.
 */
export function fitsRegisters(carried: number, loads: number): boolean {
  // One more for what is computed.
  return carried + loads + 1 <= vectorRegisters;
}

/** What one round does: loads, and operations but for those of indices, the steps of functions included. */
export interface Round {
  readonly loads: number;
  readonly operations: number;
}

/** A round of some statements, and of `value` after them. */
export function roundOf(body: readonly Stmt[], value?: Expr): Round {
  let [loads, operations] = [0, 0];
  const count = (e: Expr): void => {
    if (e.kind === 'load') {
      loads++;
      return;
    }
    if (e.kind === 'call') for (const part of bodyOf(e.fn)) count(part);
    else if (e.kind !== 'const' && e.kind !== 'local') operations++;
    operandsOf(e).forEach(count);
  };
  const enter = (list: readonly Stmt[]): void => {
    for (const s of list) {
      if (s.kind === 'for') enter(s.body);
      else if (s.kind === 'if') {
        count(s.cond);
        enter(s.then);
        enter(s.otherwise);
      } else if (s.kind === 'assert') count(s.cond);
      else {
        if (s.kind === 'reduce') enter(s.body);
        count(s.value);
      }
    }
  };
  enter(body);
  if (value !== undefined) count(value);
  return { loads, operations };
}
