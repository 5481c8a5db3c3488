// dce: drops instructions that neither a result nor an effect needs.
import type { Func } from '../ir/func.ts';
import { liveInstrs } from '../ir/walk.ts';
import type { Pass } from './pass.ts';

export const dce: Pass = {
  name: 'dce',
  doc: 'Drops what no result and no effect needs: primal values that no gradient asked for, and what other passes left behind.',
  run(func, { fuel }) {
    const live = liveInstrs(func);
    // Readers go before what they read, so that a function without fuel left is whole.
    const kept = func.body.toReversed().filter((i) => live.has(i) || !fuel.take(`dce ${i.op.name}`));
    const body = kept.reverse();
    return body.length === func.body.length ? func : { ...func, body };
  },
};

/** The function without dead instructions, for passes that leave some on purpose. */
export function withoutDead(func: Func): Func {
  const live = liveInstrs(func);
  return { ...func, body: func.body.filter((i) => live.has(i)) };
}
