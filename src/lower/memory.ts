// The memory plan: which values share memory. A value lives from the step that makes it to the last that reads it; an elementwise
// kernel writes over an operand that dies, a round of a loop over what the round before left, a result takes a donated input that is dead,
// and the rest shares one arena.
import type { Value } from '../ir/func.ts';
import { type DType, sizeOf } from '../ir/types.ts';
import type { Kernel } from '../loop/kernel.ts';
import { type Block, type Carry, type Node, type Plan, rootOf } from './blocks.ts';
import { inOrder, type Move } from './copies.ts';
import { accessesOf, mayOverwrite, overwriting } from './inplace.ts';
import type { Unit } from './kernels.ts';
import { layOut } from './layout.ts';
import type { Program } from './program.ts';
import { type Span, type Timeline, timelineOf } from './timeline.ts';

/** One piece of memory, and the values that it holds one after the other. Grows while the plan is made. */
export interface Storage {
  readonly dtype: DType;
  readonly size: number;
  /** The parameter whose array this is. */
  readonly param: number | undefined;
  readonly constant: readonly number[] | undefined;
  /** From the first write to the last read; -1 before all steps. */
  first: number;
  last: number;
  readonly values: Value[];
}

/** What was decided. */
export interface Decisions {
  storageOf(value: Value): Storage;
  /** The kernel of a unit, which may work in place. */
  kernelOf(unit: Unit): Kernel;
  /** Copies before a unit or a loop, or at the end of a block. */
  copiesAt(place: Unit | Node | Block): readonly Move<Storage>[];
  /** All memory that is no parameter's and no constant, in order of appearance. */
  readonly made: readonly Storage[];
}

export function planMemory(plan: Plan): Program {
  const planner = new Planner(plan, timelineOf(plan));
  planner.run();
  return layOut(plan, planner);
}

/**
 * Where a value would best lie: in `storage`, for a round of a loop or a branch that hands over its result there. It is free once `holder`,
 * the value that lies there before, has been read for the last time within `span`.
 */
interface Target {
  readonly storage: Storage;
  readonly holder: Value | null;
  readonly span: Span;
}
type Targets = ReadonlyMap<Value, Target>;

class Planner implements Decisions {
  readonly #plan: Plan;
  readonly #times: Timeline;
  readonly #storages = new Map<Value, Storage>();
  readonly #kernels = new Map<Unit, Kernel>();
  readonly #copies = new Map<Unit | Node | Block, readonly Move<Storage>[]>();
  readonly #made: Storage[] = [];
  readonly #returned: ReadonlySet<Value>;

  constructor(plan: Plan, times: Timeline) {
    this.#plan = plan;
    this.#times = times;
    this.#returned = new Set(plan.block.results.map((r) => this.#root(r)));
    plan.params.forEach((p, i) => {
      this.#begin(p, i);
    });
    for (const value of plan.constants.keys()) this.#begin(value);
  }

  run(): void {
    this.#placeBlock(this.#plan.block, new Map());
    this.#reuseDonated();
  }

  storageOf(value: Value): Storage {
    return this.#storages.get(this.#root(value))!;
  }
  kernelOf(unit: Unit): Kernel {
    return this.#kernels.get(unit) ?? unit.kernel;
  }
  copiesAt(place: Unit | Node | Block): readonly Move<Storage>[] {
    // What was to be copied may lie elsewhere by now, with what it was merged into.
    const now = (s: Storage): Storage => (s.values.length === 0 ? s : this.#storages.get(s.values[0]!)!);
    const moves = this.#copies.get(place) ?? [];
    return moves.map(({ from, to }) => ({ from: now(from), to: now(to) })).filter((m) => m.from !== m.to);
  }
  get made(): readonly Storage[] {
    // What was merged into other memory is none any more; what circles of copies need holds no value.
    return this.#made.filter((s) => s.values.every((v) => this.#storages.get(v) === s));
  }

  #root(value: Value): Value {
    return rootOf(value, this.#plan.aliases);
  }

  // Every value has memory of its own to begin with.
  #begin(value: Value, param?: number): Storage {
    const { dtype, shape } = value.type;
    const constant = this.#plan.constants.get(value);
    const storage: Storage = {
      dtype,
      size: sizeOf(shape),
      param,
      constant,
      first: this.#times.madeAt(value),
      last: this.#times.lastRead(value),
      values: [value],
    };
    this.#storages.set(value, storage);
    if (param === undefined && constant === undefined) this.#made.push(storage);
    return storage;
  }

  #placeBlock(block: Block, targets: Targets): void {
    for (const node of block.nodes) {
      switch (node.kind) {
        case 'unit':
          this.#placeUnit(node.unit, this.#times.spanOf(node).begin, targets);
          break;
        case 'effect':
          break;
        case 'if':
          this.#placeIf(node, targets);
          break;
        case 'while':
          this.#placeWhile(node, targets);
          break;
      }
    }
  }

  /** Results are written where they are wanted, or over operands, where that is right. */
  #placeUnit(unit: Unit, step: number, targets: Targets): void {
    const { args, results, loadsFirst, seed } = unit;
    for (const r of results) this.#begin(r);
    if (seed !== undefined) {
      this.#placeUpdate(unit, seed, step, targets);
      return;
    }
    const names = unit.kernel.buffers.map((b) => b.name);
    const operands = args.map((arg, i) => ({ name: names[i]!, storage: this.storageOf(arg) }));
    const counts = new Map<Storage, number>();
    for (const { storage } of operands) counts.set(storage, (counts.get(storage) ?? 0) + 1);
    // Two views of one memory cannot both be followed. Memory of the caller's comes first, so that results return in it.
    const single = operands.filter(({ storage }) => counts.get(storage) === 1);
    const dying = single
      .filter(({ storage: s }) => s.last === step && this.#isWritable(s, step))
      .sort((a, b) => (b.storage.param === undefined ? 0 : 1) - (a.storage.param === undefined ? 0 : 1));
    const taken = new Set<Storage>();
    const inPlace = (value: Value, i: number, candidates: typeof operands): boolean => {
      const to = names[args.length + i]!;
      const target = this.storageOf(value);
      if (target.size === 0 || candidates.length === 0) return false;
      const accesses = accessesOf(unit.kernel);
      const chosen = candidates.find(
        ({ name, storage }) =>
          !taken.has(storage) && sameSize(storage, target) && mayOverwrite(accesses, name, to),
      );
      if (chosen === undefined) return false;
      taken.add(chosen.storage);
      this.#kernels.set(unit, overwriting(this.kernelOf(unit), chosen.name, to));
      this.#merge(chosen.storage, target);
      return true;
    };
    results.forEach((value, i) => {
      const target = targets.get(value);
      if (target !== undefined) {
        const free = this.#freeFrom(target);
        if (free < step && !taken.has(target.storage)) {
          taken.add(target.storage);
          this.#merge(target.storage, this.storageOf(value));
          return;
        }
        const there = loadsFirst ? single.filter(({ storage }) => storage === target.storage) : [];
        if (free === step && inPlace(value, i, there)) return;
      }
      if (!loadsFirst) return;
      const suitable = dying.filter(
        ({ storage }) => storage.param === undefined || this.#returned.has(value),
      );
      inPlace(value, i, suitable);
    });
  }

  /** A kernel that replaces elements of its first operand: in its memory if that is free then, else in a copy. */
  #placeUpdate(unit: Unit, seed: Value, step: number, targets: Targets): void {
    const [value] = unit.results as [Value];
    const from = this.storageOf(seed);
    const to = this.storageOf(value);
    const target = targets.get(value);
    const readElsewhere = unit.args.some((arg) => this.storageOf(arg) === from);
    const free = target === undefined ? Number.POSITIVE_INFINITY : this.#freeFrom(target);
    const dies = from.last === step && !readElsewhere && this.#isWritable(from, step);
    if (target !== undefined && (free < step || (free === step && target.storage === from && !readElsewhere)))
      this.#merge(target.storage, to);
    else if (dies && (from.param === undefined || this.#returned.has(value))) this.#merge(from, to);
    const now = this.storageOf(value);
    if (now !== from) this.#copies.set(unit, [{ from, to: now }]);
  }

  #placeIf(node: Extract<Node, { kind: 'if' }>, targets: Targets): void {
    const span = this.#times.spanOf(node);
    const taken = new Set<Storage>();
    const holders = node.results.map((value, k): Value | null => {
      const own = this.#begin(value);
      const target = targets.get(value);
      if (target !== undefined && this.#freeFrom(target) <= span.end) {
        this.#merge(target.storage, own);
        return target.holder;
      }
      // An operand that dies here, and that some branch hands back as it is.
      const given = node.branches.map((b) => this.#root(b.results[k]!));
      const kept = given.find((v) => {
        const s = this.#storageBefore(v, span.begin);
        return (
          s !== undefined &&
          !taken.has(s) &&
          s.last <= span.end &&
          this.#isWritable(s, span.begin) &&
          sameSize(s, own) &&
          (s.param === undefined || this.#returned.has(value))
        );
      });
      if (kept === undefined) return null;
      taken.add(this.storageOf(kept));
      this.#merge(this.storageOf(kept), own);
      return kept;
    });
    for (const branch of node.branches) this.#placeArm(branch, node.results, holders);
  }

  #placeArm(branch: Block, results: readonly Value[], holders: readonly (Value | null)[]): void {
    const span = this.#times.spanOfBlock(branch);
    const targets = new Map<Value, Target>();
    results.forEach((result, k) => {
      const given = this.#root(branch.results[k]!);
      if (targets.has(given) || !this.#isMadeIn(given, span)) return;
      targets.set(given, { storage: this.storageOf(result), holder: holders[k]!, span });
    });
    this.#placeBlock(branch, targets);
    this.#handOver(branch, results, branch.results);
  }

  #placeWhile(node: Extract<Node, { kind: 'while' }>, targets: Targets): void {
    const { carries, cond, body } = node;
    const { begin } = this.#times.spanOf(node);
    for (const carry of carries) this.#placeCarry(carry, carries, begin, targets);
    this.#copies.set(
      node,
      this.#moves(
        carries.map((c) => c.place),
        carries.map((c) => c.first),
        begin,
      ),
    );
    this.#placeBlock(cond, new Map());
    const span = this.#times.spanOfBlock(body);
    const inside = new Map<Value, Target>();
    for (const { place, next } of carries) {
      const given = this.#root(next);
      if (inside.has(given) || !this.#isMadeIn(given, span)) continue;
      inside.set(given, { storage: this.storageOf(place), holder: place, span });
    }
    this.#placeBlock(body, inside);
    this.#handOver(
      body,
      carries.map((c) => c.place),
      carries.map((c) => c.next),
    );
  }

  #placeCarry({ place, first }: Carry, all: readonly Carry[], begin: number, targets: Targets): void {
    const own = this.#begin(place);
    const start = this.#root(first);
    const from = this.storageOf(start);
    const alone = all.filter((c) => this.storageOf(c.first) === from).length === 1;
    const target = targets.get(place);
    if (target !== undefined) {
      const free = this.#freeFrom(target);
      if (free < begin || (free === begin && target.storage === from && alone)) {
        this.#merge(target.storage, own);
        return;
      }
    }
    const dies = from.last === begin && alone && this.#isWritable(from, begin) && sameSize(from, own);
    if (dies && (from.param === undefined || this.#returned.has(place))) this.#merge(from, own);
  }

  /** The memory of a value that is there before a step, if it has any of its own. */
  #storageBefore(value: Value, step: number): Storage | undefined {
    return this.#times.madeAt(value) < step ? this.#storages.get(value) : undefined;
  }

  #isMadeIn(root: Value, span: Span): boolean {
    const at = this.#times.madeAt(root);
    return span.begin <= at && at <= span.end;
  }

  #freeFrom({ holder, span }: Target): number {
    return holder === null ? -1 : this.#times.lastReadIn(holder, span);
  }

  /** At the end of a block: what does not lie where it is wanted is copied there. */
  #handOver(block: Block, to: readonly Value[], from: readonly Value[]): void {
    this.#copies.set(block, this.#moves(to, from, this.#times.spanOfBlock(block).end));
  }

  #moves(to: readonly Value[], from: readonly Value[], at: number): readonly Move<Storage>[] {
    const moves = to.map((value, i) => ({ from: this.storageOf(from[i]!), to: this.storageOf(value) }));
    return inOrder(
      moves.filter((m) => m.to.size > 0),
      ({ dtype, size }) => {
        const aside = { dtype, size, param: undefined, constant: undefined, first: at, last: at, values: [] };
        this.#made.push(aside);
        return aside;
      },
    );
  }

  /** Donated inputs that are dead before a result is first written become its memory. */
  #reuseDonated(): void {
    const all = [...new Set(this.#storages.values())];
    const free = new Set(all.filter((s) => this.#isDonated(s)));
    for (const target of all) {
      if (target.param !== undefined || target.constant !== undefined || target.size === 0) continue;
      if (target.first <= this.#times.lastAssert || !target.values.some((v) => this.#returned.has(v)))
        continue;
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
    // An error must leave the caller's arrays as they were.
    return s.param === undefined || (this.#isDonated(s) && step > this.#times.lastAssert);
  }

  #merge(into: Storage, other: Storage): void {
    if (into === other) return;
    into.first = Math.min(into.first, other.first);
    into.last = Math.max(into.last, other.last);
    for (const value of other.values) this.#storages.set(value, into);
    into.values.push(...other.values);
  }
}

function sameSize(a: Storage, b: Storage): boolean {
  return a.dtype === b.dtype && a.size === b.size;
}
