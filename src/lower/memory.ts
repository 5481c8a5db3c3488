// The memory plan: which values share memory. A value lives from the step that makes it to the last that reads it; an elementwise
// kernel writes over an operand that dies, a result takes a donated input that is dead, and the rest shares one arena.
import type { Value } from '../ir/func.ts';
import { type DType, sizeOf } from '../ir/types.ts';
import type { Kernel, Stmt } from '../loop/kernel.ts';
import { accessesOf, mayOverwrite, overwriting } from './inplace.ts';
import type { Unit } from './kernels.ts';
import { layOut } from './layout.ts';
import type { Program } from './program.ts';

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

/** One piece of memory, and the values that it holds one after the other. Grows while the plan is made. */
export interface Storage {
  readonly dtype: DType;
  readonly size: number;
  /** The parameter whose array this is. */
  readonly param: number | undefined;
  readonly constant: readonly number[] | undefined;
  /** Steps from the first write to the last read; -1 before all steps, the number of units for what is returned. */
  first: number;
  last: number;
  readonly values: Value[];
}

export function planMemory(plan: Plan): Program {
  const sharing = new Sharing(plan);
  const kernels = plan.units.map((unit, step) => sharing.overwriteDying(unit, step));
  sharing.reuseDonated();
  return layOut(plan, kernels, (value) => sharing.storageOf(value));
}

class Sharing {
  readonly #plan: Plan;
  readonly #storages: Map<Value, Storage>;
  readonly #returned: ReadonlySet<Value>;
  /** An error must leave the caller's arrays as they were: nothing is written to one up to this step. */
  readonly #lastAssert: number;

  constructor(plan: Plan) {
    this.#plan = plan;
    this.#storages = lifetimes(plan);
    this.#returned = new Set(plan.results.map((r) => rootOf(r, plan.aliases)));
    this.#lastAssert = plan.units.findLastIndex((u) => hasAssert(u.kernel.body));
  }

  storageOf(value: Value): Storage {
    return this.#storages.get(rootOf(value, this.#plan.aliases))!;
  }

  /** The unit's kernel, with results written over operands where that is right. */
  overwriteDying({ kernel, args, results, loadsFirst }: Unit, step: number): Kernel {
    if (!loadsFirst) return kernel;
    const names = kernel.buffers.map((b) => b.name);
    const operands = args.map((arg, i) => ({ name: names[i]!, storage: this.storageOf(arg) }));
    const counts = new Map<Storage, number>();
    for (const { storage } of operands) counts.set(storage, (counts.get(storage) ?? 0) + 1);
    // Two views of one memory cannot both be followed. Memory of the caller's comes first, so that results return in it.
    const dying = operands
      .filter(({ storage: s }) => s.last === step && counts.get(s) === 1 && this.#isWritable(s, step))
      .sort((a, b) => (b.storage.param === undefined ? 0 : 1) - (a.storage.param === undefined ? 0 : 1));
    if (dying.length === 0) return kernel;
    const accesses = accessesOf(kernel);
    const taken = new Set<Storage>();
    let result = kernel;
    results.forEach((value, i) => {
      const to = names[args.length + i]!;
      const target = this.storageOf(value);
      const chosen = dying.find(
        ({ name, storage }) =>
          !taken.has(storage) &&
          sameSize(storage, target) &&
          (storage.param === undefined || this.#returned.has(value)) &&
          mayOverwrite(accesses, name, to),
      );
      if (chosen === undefined || target.size === 0) return;
      taken.add(chosen.storage);
      result = overwriting(result, chosen.name, to);
      this.#merge(chosen.storage, target);
    });
    return result;
  }

  /** Donated inputs that are dead before a result is first written become its memory. */
  reuseDonated(): void {
    const all = [...new Set(this.#storages.values())];
    const free = new Set(all.filter((s) => this.#isDonated(s)));
    for (const target of all) {
      if (target.param !== undefined || target.constant !== undefined || target.size === 0) continue;
      if (target.first <= this.#lastAssert || !target.values.some((v) => this.#returned.has(v))) continue;
      const chosen = [...free].find((s) => s.last < target.first && sameSize(s, target));
      if (chosen === undefined) continue;
      free.delete(chosen);
      this.#merge(chosen, target);
    }
  }

  #isDonated({ param }: Storage): boolean {
    return param !== undefined && this.#plan.donated.has(param);
  }

  #isWritable(s: Storage, step: number): boolean {
    if (s.constant !== undefined) return false;
    return s.param === undefined || (this.#isDonated(s) && step > this.#lastAssert);
  }

  #merge(into: Storage, other: Storage): void {
    into.first = Math.min(into.first, other.first);
    into.last = Math.max(into.last, other.last);
    for (const value of other.values) this.#storages.set(value, into);
    into.values.push(...other.values);
  }
}

/** The value whose memory a value is. */
function rootOf(value: Value, aliases: ReadonlyMap<Value, Value>): Value {
  let root = value;
  for (let next = aliases.get(root); next !== undefined; next = aliases.get(root)) root = next;
  return root;
}

function sameSize(a: Storage, b: Storage): boolean {
  return a.dtype === b.dtype && a.size === b.size;
}

// Every value has memory of its own to begin with.
function lifetimes({ params, results, units, aliases, constants }: Plan): Map<Value, Storage> {
  const storages = new Map<Value, Storage>();
  const begin = (value: Value, first: number, param?: number): void => {
    const { dtype, shape } = value.type;
    const constant = constants.get(value);
    storages.set(value, { dtype, size: sizeOf(shape), param, constant, first, last: first, values: [value] });
  };
  const use = (value: Value, step: number): void => {
    const storage = storages.get(rootOf(value, aliases))!;
    storage.last = Math.max(storage.last, step);
  };
  params.forEach((p, i) => begin(p, -1, i));
  for (const value of constants.keys()) begin(value, -1);
  units.forEach((unit, step) => {
    for (const result of unit.results) begin(result, step);
    for (const arg of unit.args) use(arg, step);
  });
  for (const result of results) use(result, units.length);
  return storages;
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
