// cse: computes equal things once.
import { attrEntries, sameAttrs } from '../ir/attrs.ts';
import { rebuild, withArgs } from '../ir/build.ts';
import type { Func, Instr, Value } from '../ir/func.ts';
import { hasEffect, sameFunc } from '../ir/walk.ts';
import type { Pass } from './pass.ts';

export const cse: Pass = {
  name: 'cse',
  doc: 'Replaces an instruction by an earlier equal one: same op, operands, attributes (0 and -0 differ, NaN equals NaN) and regions.',
  run: (func, { fuel }) => withoutDuplicates(func, (what) => fuel.take(what)),
};

/** The function with equal instructions merged; `allow` may refuse a merge, which it is told the name of. */
export function withoutDuplicates(func: Func, allow: (what: string) => boolean = () => true): Func {
  const ids = new Map<Value, number>();
  const idOf = (v: Value): number => {
    const known = ids.get(v);
    if (known !== undefined) return known;
    ids.set(v, ids.size);
    return ids.size - 1;
  };
  const seen = new Map<string, Instr[]>();
  return rebuild(func, (old, args, builder) => {
    if (hasEffect(old)) return null;
    const instr = withArgs(old, args);
    const key = bucketOf(instr, idOf);
    const bucket = seen.get(key) ?? [];
    const same = bucket.find((other) => equalApartFromArgs(other, instr));
    if (same && allow(`cse ${instr.op.name}`)) return same.results;
    seen.set(key, [...bucket, instr]);
    return builder.append(instr);
  });
}

// Operands are exact in the key; of attributes only numbers and the ends of lists, so that large constants stay cheap.
function bucketOf(instr: Instr, idOf: (v: Value) => number): string {
  const attrs = attrEntries(instr.op.attrs, instr.attrs).map(([, , value]) =>
    Array.isArray(value) ? `${value.length}:${value[0]}:${value[value.length - 1]}` : String(value),
  );
  return `${instr.op.name} ${instr.args.map(idOf).join()} ${attrs.join()}`;
}

function equalApartFromArgs(a: Instr, b: Instr): boolean {
  return (
    a.op === b.op &&
    sameAttrs(a.op.attrs, a.attrs, b.attrs) &&
    a.regions.length === b.regions.length &&
    a.regions.every((region, i) => sameFunc(region, b.regions[i]!))
  );
}
