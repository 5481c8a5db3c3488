// Functions inside of functions: passes run on the regions of control flow as they run on the function around them.
import { type Builder, rebuild } from '../ir/build.ts';
import { type Func, type Instr, instr, is, type Value } from '../ir/func.ts';
import { walk } from '../ir/walk.ts';
import { call } from '../ops/call.ts';
import { fusion } from '../ops/fusion.ts';

/** Does it run its regions as control flow does? A `call` is opened before anybody looks inside, a `fusion` is closed for good. */
export function isControl(i: Instr): boolean {
  return i.regions.length > 0 && !is(i, call) && !is(i, fusion);
}

/** The function with `change` applied to the regions of its control flow; `change` keeps their signatures. */
export function inRegions(func: Func, change: (region: Func) => Func): Func {
  if (!func.body.some(isControl)) return func;
  return rebuild(func, (old, args, builder) => {
    if (!isControl(old)) return null;
    const regions = old.regions.map(change);
    if (regions.every((r, i) => r === old.regions[i])) return null;
    return builder.append(instr(old.op, args, old.attrs, regions, old.loc));
  });
}

/** `change` applied to the function and to all regions of control flow in it, innermost first. */
export function everywhere(func: Func, change: (func: Func) => Func): Func {
  return change(inRegions(func, (region) => everywhere(region, change)));
}

/** Replays a function's body into a builder, on these arguments; its results. Instructions are made anew: it may be replayed twice. */
export function splice(func: Func, args: readonly Value[], builder: Builder): readonly Value[] {
  return walk(func, args, (old, operands) =>
    builder.append(instr(old.op, operands, old.attrs, old.regions, old.loc)),
  );
}
