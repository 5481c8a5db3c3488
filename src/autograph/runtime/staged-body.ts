// The body and the test of a staged loop: traced with what goes around as parameters, again until the types of these are the same before and after.
import type { TensorType } from '../../ir/types.ts';
import { isTensor } from '../../ops/coerce.ts';
import { currentInterpreter } from '../../ops/dispatch.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import type { UnusedCondition } from '../../trace/conditions.ts';
import { stagingTrace } from '../../trace/control/region.ts';
import { type TracedFunction, traceFunction } from '../../trace/tracer.ts';
import { TraceError, TracejitError } from '../../util/errors.ts';
import { type Cell, carry, checkChange, isJump, leavesOf, meets, tensorsOf, valueWith } from './carries.ts';
import { decide } from './condition.ts';
import { type Construct, lineOf, locOf, valuesOf } from './construct.ts';
import { Copies } from './copies.ts';
import { adapt } from './merge.ts';
import {
  fresh,
  inRegion,
  type Member,
  membersOf,
  nameOf,
  type Region,
  readMember,
  restore,
  writeMember,
} from './regions.ts';
import { valueFrom } from './values.ts';

type Traced = TracedFunction & { readonly unused: UnusedCondition | null };

// More than any chain of numbers that become int32, then float32, then take a shape.
const maxAttempts = 16;

export class StagedBody {
  readonly #state: Construct;
  // Jumps are parameters of the body too: it runs for every row, and asks them itself.
  readonly #asksJumps: boolean;
  readonly #cells: Cell[];

  constructor(state: Construct, asksJumps: boolean) {
    this.#state = state;
    this.#asksJumps = asksJumps;
    this.#cells = valuesOf(state).map((start, k) => ({
      name: state.names![k]!,
      kind: state.kinds![k]!,
      line: lineOf(state, k),
      start,
      member: null,
      shape: null,
      carries: [],
      others: [],
      sole: state.sole?.includes(k) ?? false,
    }));
    for (const cell of this.#cells) {
      const shape = valueFrom(cell.start);
      const waits = cell.kind === 'd' || (isJump(cell) && (cell.start === undefined || cell.start === false));
      if (!waits && leavesOf(shape, cell.name).length > 0) carry(cell, shape, false);
    }
  }

  /** The body, with types that last: its parameters and first results are the carries. */
  traceBody(
    f: (extra: readonly Tensor[], region: Region) => readonly Tensor[],
    extra: readonly TensorType[],
  ): Traced {
    let failure: TracejitError | undefined;
    for (let attempt = 0; attempt < maxAttempts; attempt++) {
      try {
        const traced = this.#attempt(f, extra);
        if (traced !== null) return this.#accept(traced);
      } catch (error) {
        // A number may be needed as a number: those that the body leaves alone can stay what they are.
        if (!(error instanceof TracejitError) || failure !== undefined) throw failure ?? error;
        failure = error;
        if (!this.#releaseNumbers(f, extra)) throw error;
      }
    }
    throw failure ?? this.#endless();
  }

  #endless(): TraceError {
    return new TraceError(
      `the types of the variables of the loop at ${this.#state.at} change from iteration to iteration`,
      locOf(this.#state.at),
    );
  }

  /** The test on the carries; null if it assigns something. */
  traceTest(test: () => unknown): Traced | null {
    let assigns = false;
    const traced = this.#trace((params) => {
      this.#enter(params, true);
      const before = valuesOf(this.#state);
      return inRegion(
        (region) => {
          const answer = decide(test(), this.#state);
          const after = valuesOf(this.#state);
          assigns = membersOf(region).length > 0 || after.some((x, k) => !Object.is(x, before[k]));
          membersOf(region).forEach(restore);
          return [
            isTensor(answer) ? answer : adapt(answer, { type: { dtype: 'bool', shape: [] }, weak: false }),
          ];
        },
        'loop',
        this.#state.at,
      );
    }, []);
    return assigns ? null : this.#accept(traced);
  }

  /** The carries before the loop. */
  start(): Tensor[] {
    return this.#carries().map((c) => adapt(c.start, c));
  }

  /** Gives everything the value it has after the loop. */
  finish(results: readonly Tensor[]): void {
    let k = 0;
    const next = (): Tensor => results[k++]!;
    const copies = new Copies(this.#state.at);
    this.#give(
      this.#cells.map((cell) => (cell.shape === null ? cell.start : valueWith(cell, copies, next))),
      copies,
    );
  }

  // Sets variables and members.
  #give(values: readonly unknown[], copies: Copies): readonly unknown[] {
    const own = valuesOf(this.#state).length;
    this.#state.set?.(values.slice(0, own));
    this.#cells.slice(own).forEach(({ member }, i) => {
      writeMember(member!.object, member!.key, values[own + i]);
    });
    copies.seal();
    return values;
  }

  #carries(): Cell['carries'] {
    return this.#cells.flatMap((cell) => cell.carries);
  }

  #accept(traced: Traced): Traced {
    if (traced.unused !== null) stagingTrace()!.conditions.inherit(traced.unused);
    return traced;
  }

  #trace(f: (params: readonly Tensor[]) => readonly Tensor[], extra: readonly TensorType[]): Traced {
    const types = [...this.#carries().map((c) => c.type), ...extra];
    const paths = this.#carries().map((c) => c.name);
    const before = valuesOf(this.#state);
    const { name } = stagingTrace()!;
    const inside = (params: readonly Tensor[]): readonly Tensor[] =>
      inRegion(
        (region) => {
          try {
            return f(params);
          } finally {
            membersOf(region).forEach(restore);
            this.#state.set?.(before);
          }
        },
        'loop',
        this.#state.at,
      );
    return traceFunction(inside, types, { name, parent: currentInterpreter(), paths });
  }

  // Sets everything to what it is at the beginning of an iteration.
  #enter(params: readonly Tensor[], asksJumps: boolean): readonly unknown[] {
    let k = 0;
    const copies = new Copies(this.#state.at);
    const values = this.#cells.map((cell) => {
      const value = cell.shape === null ? cell.start : valueWith(cell, copies, () => params[k++]!);
      if (!isJump(cell) || (asksJumps && cell.shape !== null)) return value;
      return cell.kind === 'f' ? false : undefined;
    });
    return this.#give(values, copies);
  }

  // Objects that nothing but a variable of the loop has are made anew in every iteration.
  #own(values: readonly unknown[]): void {
    for (const [k, cell] of this.#cells.entries()) if (cell.sole && cell.shape !== null) fresh(values[k]);
  }

  // One tracing of the body; null where more goes around, or of other types, than was thought.
  #attempt(
    f: (extra: readonly Tensor[], region: Region) => readonly Tensor[],
    extra: readonly TensorType[],
  ): Traced | null {
    let again = false;
    let found: readonly Member[] = [];
    const traced = this.#trace((params) => {
      const count = this.#carries().length;
      const entered = this.#enter(params, this.#asksJumps);
      return inRegion(
        (region) => {
          try {
            this.#own(entered);
            const made = f(params.slice(count), region);
            found = this.#discover(region);
            again = found.length > 0;
            const after = this.#valuesNow();
            const results: Tensor[] = [];
            this.#cells.forEach((cell, k) => {
              again = this.#settle(cell, after[k], results) || again;
            });
            return again ? [] : [...results, ...made];
          } finally {
            membersOf(region).forEach(restore);
          }
        },
        'loop',
        this.#state.at,
        this.#asksJumps,
      );
    }, extra);
    for (const member of found) this.#add(member);
    return again ? null : traced;
  }

  #valuesNow(): readonly unknown[] {
    const own = valuesOf(this.#state);
    const members = this.#cells.slice(own.length);
    return [...own, ...members.map(({ member }) => readMember(member!.object, member!.key))];
  }

  // Members that the body wrote, and that were not known to change.
  #discover(region: Region): readonly Member[] {
    return membersOf(region).filter((member) => {
      const isKnown = this.#cells.some(
        (c) => c.member?.object === member.object && nameOf(c.member.key) === nameOf(member.key),
      );
      return !isKnown && !Object.is(readMember(member.object, member.key), member.before);
    });
  }

  // Their values before the loop are what they are once the attempt is undone.
  #add(member: Member): void {
    const start = readMember(member.object, member.key);
    const { key } = member;
    const name = typeof key === 'object' ? key.name : String(key);
    const waiting = { shape: null, carries: [], others: [], sole: false };
    const cell: Cell = { name, kind: 'h', line: '', start, member, ...waiting };
    this.#cells.push(cell);
    const shape = valueFrom(start);
    if (leavesOf(shape, name).length > 0) carry(cell, shape, false);
  }

  // What an iteration left in a cell, as results. True where that needs another attempt.
  #settle(cell: Cell, after: unknown, results: Tensor[]): boolean {
    if (cell.kind === 'd') return false;
    if (cell.shape !== null) {
      // A jump not taken in this iteration leaves what was there: nothing reads it.
      const value = isJump(cell) && after === undefined ? cell.start : after;
      const tensors = tensorsOf(cell, value, this.#state);
      if (tensors === true) return true;
      results.push(...tensors);
      return meets(cell, valueFrom(value));
    }
    if (Object.is(after, cell.start)) return false;
    if (!isJump(cell) && leavesOf(valueFrom(cell.start), cell.name).length === 0)
      checkChange(cell, after, this.#state);
    if (isJump(cell)) {
      if (after === undefined || after === false) return false;
      if (cell.kind === 'f') carry(cell, valueFrom(cell.start), false);
      else carry(cell, valueFrom(after), true);
    } else carry(cell, valueFrom(cell.start), false);
    return true;
  }

  // Numbers that the body does not change need not go around. False if there are none.
  #releaseNumbers(
    f: (extra: readonly Tensor[], region: Region) => readonly Tensor[],
    extra: readonly TensorType[],
  ): boolean {
    const numbers = this.#cells.filter((c) => typeof c.start === 'number' || typeof c.start === 'boolean');
    const saved = numbers.map(({ shape, carries }) => ({ shape, carries }));
    const unchanged = new Set<Cell>();
    for (const cell of numbers) {
      cell.shape = null;
      cell.carries = [];
    }
    try {
      this.#trace((params) => {
        const entered = this.#enter(params, this.#asksJumps);
        return inRegion(
          (region) => {
            this.#own(entered);
            f(params.slice(this.#carries().length), region);
            const after = this.#valuesNow();
            this.#cells.forEach((cell, k) => {
              if (numbers.includes(cell) && Object.is(after[k], cell.start)) unchanged.add(cell);
            });
            membersOf(region).forEach(restore);
            return [];
          },
          'loop',
          this.#state.at,
          this.#asksJumps,
        );
      }, extra);
    } catch (error) {
      if (!(error instanceof TracejitError)) throw error;
      return false;
    }
    numbers.forEach((cell, k) => {
      if (!unchanged.has(cell)) Object.assign(cell, saved[k]);
    });
    return numbers.some((cell, k) => unchanged.has(cell) && saved[k]!.shape !== null);
  }
}
