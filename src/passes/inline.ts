// inline: opens calls, so that everything below sees one function.
import { type Builder, rebuild, remade } from '../ir/build.ts';
import { type Func, type Instr, instr, is, type Value } from '../ir/func.ts';
import { walk } from '../ir/walk.ts';
import { call } from '../ops/call.ts';
import type { Pass } from './pass.ts';
import { isControl } from './regions.ts';

export const inline: Pass = {
  name: 'inline',
  doc: 'Replaces every call by the body of the function it calls, calls inside it included.',
  required: true,
  run: (func, { fuel }) => opened(func, (name) => fuel.take(`inline @${name}`)),
};

function opened(func: Func, note: (name: string) => void): Func {
  return rebuild(func, (old, args, builder) => {
    if (isControl(old)) return builder.append(withOpened(old, args, note));
    if (!is(old, call)) return null;
    note(old.regions[0]!.name);
    return splice(old.regions[0]!, args, builder, note);
  });
}

// Calls in branches and loops, which may themselves stand in a function that is called.
function withOpened(old: Instr, args: readonly Value[], note: (name: string) => void): Instr {
  const regions = old.regions.map((region) => opened(region, note));
  return instr(old.op, args, old.attrs, regions, old.loc);
}

/** Replays a function's body into the builder and returns its results. Instructions are made anew: the same function may be called twice. */
function splice(
  func: Func,
  args: readonly Value[],
  builder: Builder,
  note: (name: string) => void,
): readonly Value[] {
  return walk(func, args, (old, operands) => {
    if (is(old, call)) return splice(old.regions[0]!, operands, builder, note);
    return builder.append(isControl(old) ? withOpened(old, operands, note) : remade(old, operands));
  });
}
