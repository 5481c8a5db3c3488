// Lowering: a fused function becomes a Program. Everything is decided here: kernels, loop nests, schedules, memory.
import { type Func, is, type Value } from '../ir/func.ts';
import { sizeOf } from '../ir/types.ts';
import { constant } from '../ops/constant.ts';
import { defOf } from '../ops/opdef.ts';
import { reshape } from '../ops/reshape.ts';
import type { Unit } from './kernels.ts';
import { planMemory } from './memory.ts';
import type { Program } from './program.ts';
import { splatOf } from './reader.ts';
import { unitMaker } from './repeats.ts';
import type { Precision, Target, TileRows } from './schedule.ts';

export interface LowerOptions {
  /** Parameters whose arrays may be overwritten by results. */
  readonly donated?: readonly number[];
  readonly precision: Precision;
  /** Default `js`. */
  readonly target?: Target;
  /** Rows of a tile of a contraction in lanes. Default 4, which suits sixteen registers where a product and a sum are two operations. */
  readonly tileRows?: TileRows;
}

/** `func` is verified, its calls are inlined; instructions outside fusions are kernels of their own. */
export function lower(func: Func, options: LowerOptions): Program {
  const units: Unit[] = [];
  const { precision, target = 'js', tileRows = 4 } = options;
  const unitOf = unitMaker({ precision, target, tileRows });
  const aliases = new Map<Value, Value>();
  const constants = new Map<Value, readonly number[]>();
  const stored = splatsInMemory(func);
  for (const instr of func.body) {
    const result = instr.results[0];
    if (is(instr, reshape)) aliases.set(result!, instr.args[0]!);
    else if (is(instr, constant)) {
      const { data, shape } = instr.attrs;
      const splat = splatOf(result!);
      if (splat === undefined) constants.set(result!, data);
      else if (stored.has(result!)) constants.set(result!, new Array<number>(sizeOf(shape)).fill(splat));
    } else if (instr.results.every((r) => sizeOf(r.type.shape) === 0)) {
      // Nothing to compute: empty memory stands for the results.
      for (const r of instr.results) constants.set(r, []);
    } else units.push(unitOf(instr, units.length));
  }
  return planMemory({
    name: func.name,
    params: func.params,
    results: func.results,
    units,
    aliases,
    constants,
    donated: new Set(options.donated ?? []),
  });
}

// Numbers that fill a tensor are spelled into the kernels that read them; as results, and for kernels with buffers of their own, they are data.
function splatsInMemory(func: Func): ReadonlySet<Value> {
  const stored = new Set(func.results);
  for (const instr of func.body)
    if (is(instr, reshape) || defOf(instr).lower.kind === 'kernel')
      for (const arg of instr.args) stored.add(arg);
  return stored;
}
