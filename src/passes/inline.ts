// inline: opens calls, so that everything below sees one function.
import { type Builder, rebuild, remade } from '../ir/build.ts';
import { type Func, is, type Value } from '../ir/func.ts';
import { walk } from '../ir/walk.ts';
import { call } from '../ops/call.ts';
import type { Pass } from './pass.ts';

export const inline: Pass = {
  name: 'inline',
  doc: 'Replaces every call by the body of the function it calls, calls inside it included.',
  required: true,
  run: (func, { fuel }) =>
    rebuild(func, (old, args, builder) => {
      if (!is(old, call)) return null;
      fuel.take(`inline @${old.regions[0]!.name}`);
      return splice(old.regions[0]!, args, builder);
    }),
};

/** Replays a function's body into the builder and returns its results. Instructions are made anew: the same function may be called twice. */
function splice(func: Func, args: readonly Value[], builder: Builder): readonly Value[] {
  return walk(func, args, (old, operands) =>
    is(old, call) ? splice(old.regions[0]!, operands, builder) : builder.append(remade(old, operands)),
  );
}
