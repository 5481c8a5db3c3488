// Which values each reader makes for itself, so that they never lie in memory: constants, cheap views, a comparison or two.
import { Builder, remade } from '../../ir/build.ts';
import type { Func, Instr, Value } from '../../ir/func.ts';
import { sizeOf } from '../../ir/types.ts';
import { users } from '../../ir/walk.ts';
import { cheapWeight, isAlias, roleOf, weightOf } from './cost.ts';

/** The function with a copy of every such value for each of its readers; what is equal within one fusion is merged again later. */
export function recomputeCheap(func: Func): Func {
  const cheap = cheapValues(func);
  const builder = new Builder();
  const map = new Map<Value, Value>();
  for (const p of func.params) map.set(p, builder.param(p));

  // What must lie in memory is made once.
  const stored = (v: Value): Value => {
    const known = map.get(v);
    if (known !== undefined) return known;
    const made = copy(v.def!, builder, stored);
    map.set(v, made);
    return made;
  };
  for (const old of func.body) {
    if (old.results.some((r) => cheap.has(r))) continue;
    const own = new Map<Value, Value>();
    const fresh = (v: Value): Value => {
      if (!cheap.has(v)) return map.get(v)!;
      const made = own.get(v) ?? copy(v.def!, builder, fresh);
      own.set(v, made);
      return made;
    };
    const operand = roleOf(old) === 'alone' ? stored : fresh;
    const results = builder.append(remade(old, old.args.map(operand)));
    old.results.forEach((r, i) => map.set(r, results[i]!));
  }
  return builder.finish(func.name, func.results.map(stored));
}

/** The result of a contraction, under whatever name. */
function isProduct({ def }: Value): boolean {
  return def !== null && (roleOf(def) === 'contract' || (isAlias(def) && isProduct(def.args[0]!)));
}

function copy(old: Instr, builder: Builder, operand: (v: Value) => Value): Value {
  return builder.append(remade(old, old.args.map(operand)))[0]!;
}

function cheapValues(func: Func): ReadonlySet<Value> {
  const readers = users(func);
  const results = new Set(func.results);
  const cheap = new Set<Value>();
  // Cost of making a cheap value from what lies in memory, and how many large values it reads there.
  const trees = new Map<Value, { weight: number; reads: ReadonlySet<Value> }>();

  const inMemory = (v: Value, reader: Instr): boolean => {
    if (v.def === null || results.has(v) || roleOf(v.def) === 'alone') return true;
    return (readers.get(v) ?? []).some((other) => other !== reader);
  };
  const isCheapView = (made: Instr): boolean => {
    const [x] = made.args as [Value];
    const grows = sizeOf(made.results[0]!.type.shape) > sizeOf(x.type.shape);
    if (grows || cheap.has(x) || inMemory(x, made)) return true;
    // Contractions store what they make, and read operands in any layout equally well: the heads of attention are never put in order.
    return isProduct(x) && (readers.get(made.results[0]!) ?? []).every((u) => roleOf(u) === 'contract');
  };
  const isCheapPoint = (made: Instr, value: Value): boolean => {
    const fellows = readers.get(value) ?? [];
    if (results.has(value) || fellows.length < 2) return false;
    if (!fellows.every((u) => roleOf(u) === 'point' || roleOf(u) === 'reduce')) return false;
    let weight = weightOf(made);
    const reads = new Set<Value>();
    for (const a of made.args) {
      const tree = trees.get(a);
      if (tree) {
        weight += tree.weight;
        for (const r of tree.reads) reads.add(r);
      } else if (!inMemory(a, made)) return false;
      else if (sizeOf(a.type.shape) >= sizeOf(value.type.shape)) reads.add(a);
    }
    if (weight > cheapWeight || reads.size > 1) return false;
    trees.set(value, { weight, reads });
    return true;
  };

  for (const made of func.body) {
    const role = roleOf(made);
    const value = made.results[0];
    if (value === undefined) continue;
    if (role === 'source') {
      trees.set(value, { weight: 0, reads: new Set() });
      cheap.add(value);
    } else if (role === 'view' && !isAlias(made) && isCheapView(made)) {
      const [x] = made.args as [Value];
      const large = sizeOf(x.type.shape) >= sizeOf(value.type.shape);
      trees.set(value, trees.get(x) ?? { weight: 0, reads: new Set(large ? [x] : []) });
      cheap.add(value);
    } else if (role === 'point' && isCheapPoint(made, value)) cheap.add(value);
  }
  return cheap;
}
