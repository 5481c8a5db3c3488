// The memory plan: which values share memory. Values live from the step that makes them to the last that reads them;
// an elementwise kernel may write over an operand that dies, a result may take a donated input, the rest shares one arena.
import type { Value } from '../ir/func.ts';
import { bytesOf, sizeOf, type TensorType } from '../ir/types.ts';
import type { Kernel, Stmt } from '../loop/kernel.ts';
import { allocateOffsets } from './arena.ts';
import { mayOverwrite, overwriting } from './inplace.ts';
import type { Unit } from './kernels.ts';
import type { Place, Program, Slot, Step } from './program.ts';

/** What is to be placed: units in program order, and values that need no unit. */
export interface Plan {
  readonly name: string;
  readonly params: readonly Value[];
  readonly results: readonly Value[];
  readonly units: readonly Unit[];
  /** Values that are the memory of another value under another shape. */
  readonly aliases: ReadonlyMap<Value, Value>;
  readonly constants: ReadonlyMap<Value, readonly number[]>;
  /** Parameters whose memory may be reused. */
  readonly donated: ReadonlySet<number>;
}

/** Values that share one piece of memory one after the other. */
interface Region {
  readonly dtype: TensorType['dtype'];
  readonly size: number;
  readonly param: number | undefined;
  readonly constant: readonly number[] | undefined;
  /** Steps from the first write to the last read; -1 before all steps, `units.length` for what is returned. */
  first: number;
  last: number;
  values: Value[];
}

export function planMemory(plan: Plan): Program {
  const { units, results, aliases } = plan;
  const regions = liveRegions(plan);
  const rootOf = (value: Value): Value => {
    const target = aliases.get(value);
    return target === undefined ? value : rootOf(target);
  };
  const regionOf = (value: Value): Region => regions.get(rootOf(value))!;
  const merge = (into: Region, other: Region): void => {
    into.first = Math.min(into.first, other.first);
    into.last = Math.max(into.last, other.last);
    for (const value of other.values) regions.set(value, into);
    into.values.push(...other.values);
  };
  const returned = new Set(results.map(rootOf));
  const isDonated = (r: Region): boolean => r.param !== undefined && plan.donated.has(r.param);
  // An error must leave the caller's arrays as they were: no write to one until the last assertion has passed.
  const lastAssert = units.findLastIndex((u) => hasAssert(u.kernel.body));

  const kernels = units.map((unit, step) => {
    let { kernel } = unit;
    const buffers = kernel.buffers.filter((b) => b.role !== 'scratch');
    unit.results.forEach((result, n) => {
      const to = buffers[unit.args.length + n]!.name;
      const target = regionOf(result);
      const candidates = unit.args.flatMap((arg, at) => {
        const region = regionOf(arg);
        const fits = region.last === step && sameSize(region, target) && region.constant === undefined;
        const own =
          region.param === undefined || (isDonated(region) && step > lastAssert && returned.has(result));
        const once = unit.args.filter((other) => regionOf(other) === region).length === 1;
        return fits && own && once && region !== target ? [{ region, from: buffers[at]!.name }] : [];
      });
      if (!unit.loadsFirst || target.size === 0) return;
      candidates.sort((a, b) => Number(isDonated(b.region)) - Number(isDonated(a.region)));
      const chosen = candidates.find(({ from }) => mayOverwrite(kernel, from, to));
      if (!chosen) return;
      kernel = overwriting(kernel, chosen.from, to);
      merge(chosen.region, target);
    });
    return kernel;
  });
  reuseDonated([...new Set(regions.values())], returned, lastAssert, isDonated, merge);
  return layOut(plan, kernels, [...new Set(regions.values())], rootOf, regionOf);
}

function sameSize(a: Region, b: Region): boolean {
  return a.dtype === b.dtype && a.size === b.size;
}

function liveRegions({ params, results, units, aliases, constants }: Plan): Map<Value, Region> {
  const regions = new Map<Value, Region>();
  const open = (value: Value, first: number, param?: number): void => {
    const { dtype, shape } = value.type;
    regions.set(value, {
      dtype,
      size: sizeOf(shape),
      param,
      constant: constants.get(value),
      first,
      last: first,
      values: [value],
    });
  };
  const use = (value: Value, step: number): void => {
    const target = aliases.get(value);
    if (target !== undefined) use(target, step);
    else regions.get(value)!.last = Math.max(regions.get(value)!.last, step);
  };
  params.forEach((p, i) => open(p, -1, i));
  for (const value of constants.keys()) open(value, -1);
  units.forEach((unit, step) => {
    for (const result of unit.results) open(result, step);
    for (const arg of unit.args) use(arg, step);
  });
  for (const result of results) use(result, units.length);
  return regions;
}

// Donated inputs that are dead before a result is first written become its memory.
function reuseDonated(
  regions: readonly Region[],
  returned: ReadonlySet<Value>,
  lastAssert: number,
  isDonated: (r: Region) => boolean,
  merge: (into: Region, other: Region) => void,
): void {
  const taken = new Set<Region>();
  for (const result of regions) {
    if (result.param !== undefined || result.constant !== undefined || result.size === 0) continue;
    if (result.first <= lastAssert || !result.values.some((v) => returned.has(v))) continue;
    const free = regions.find(
      (r) => isDonated(r) && !taken.has(r) && r.last < result.first && sameSize(r, result),
    );
    if (!free) continue;
    taken.add(free);
    merge(free, result);
  }
}

function layOut(
  plan: Plan,
  kernels: readonly Kernel[],
  regions: readonly Region[],
  rootOf: (value: Value) => Value,
  regionOf: (value: Value) => Region,
): Program {
  const { params, results, units } = plan;
  const slots: Slot[] = [];
  const slotOf = new Map<Region, Map<string, number>>();
  const addSlot = (type: TensorType, place: Place): number => {
    slots.push({ id: slots.length, type, place });
    return slots.length - 1;
  };
  const outputOf = (region: Region): number => results.findIndex((r) => region.values.includes(rootOf(r)));
  const arena = regions.filter((r) => r.param === undefined && r.constant === undefined && outputOf(r) < 0);
  const { offsets, bytes } = allocateOffsets(
    arena.map((r) => ({ first: r.first, last: r.last, bytes: r.size * bytesOf(r.dtype) })),
  );
  const offsetOf = new Map(arena.map((r, i) => [r, offsets[i]!]));
  const placeOf = (region: Region): Place => {
    if (region.param !== undefined) return { kind: 'input', index: region.param };
    if (region.constant !== undefined) return { kind: 'constant', data: region.constant };
    const offset = offsetOf.get(region);
    return offset === undefined ? { kind: 'output', index: outputOf(region) } : { kind: 'arena', offset };
  };
  // The first value seen of a region owns its slot; another shape is an alias.
  const slot = (value: Value): number => {
    const region = regionOf(value);
    const byShape = slotOf.get(region) ?? new Map<string, number>();
    slotOf.set(region, byShape);
    const key = value.type.shape.join();
    const known = byShape.get(key);
    if (known !== undefined) return known;
    const [base] = byShape.values();
    const id = addSlot(value.type, base === undefined ? placeOf(region) : { kind: 'alias', of: base });
    byShape.set(key, id);
    return id;
  };
  const inputs = params.map(slot);
  const steps: Step[] = kernels.map((kernel, step) => {
    const { args, results: made } = units[step]!;
    const original = units[step]!.kernel.buffers.filter((b) => b.role !== 'scratch').map((b) => b.name);
    const valueIn = new Map(
      original.map((name, i) => [name, i < args.length ? args[i]! : made[i - args.length]!]),
    );
    const bound = kernel.buffers.filter((b) => b.role !== 'scratch');
    return { kind: 'run', kernel, slots: bound.map((b) => slot(valueIn.get(b.name)!)) };
  });
  // Constant data belongs to the program: a result gets a copy.
  const outputs = results.map((value, index) => {
    const from = slot(value);
    if (regionOf(value).constant === undefined) return from;
    const to = addSlot(value.type, { kind: 'output', index });
    steps.push({ kind: 'copy', from, to });
    return to;
  });
  return { name: plan.name, slots, inputs, outputs, steps, arenaBytes: bytes };
}

function hasAssert(body: readonly Stmt[]): boolean {
  return body.some((s) => {
    switch (s.kind) {
      case 'assert':
        return true;
      case 'for':
      case 'reduce':
        return hasAssert(s.body);
      case 'if':
        return hasAssert(s.then) || hasAssert(s.otherwise);
      case 'let':
      case 'var':
      case 'assign':
      case 'store':
        return false;
    }
  });
}
