// inline: opens calls, so that everything below sees one function.
import { type Builder, rebuild } from '../ir/build.ts';
import { type Func, instr, is, type Value } from '../ir/func.ts';
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
  const map = new Map<Value, Value>(func.params.map((p, i) => [p, args[i]!]));
  const replaced = (v: Value): Value => map.get(v)!;
  for (const old of func.body) {
    const operands = old.args.map(replaced);
    const results = is(old, call)
      ? splice(old.regions[0]!, operands, builder)
      : builder.append(instr(old.op, operands, old.attrs, old.regions, old.loc));
    old.results.forEach((r, i) => map.set(r, results[i]!));
  }
  return func.results.map(replaced);
}
