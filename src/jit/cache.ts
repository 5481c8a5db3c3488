// The cache of a jitted function: one specialisation per kind of arguments, found by walking the arguments, made by tracing.
import { hasOutgrown } from '../autodiff/room.ts';
import { currentInterpreter } from '../ops/dispatch.ts';
import { eager } from '../tensor/eager.ts';
import { RetraceError, TraceError, TreeError } from '../util/errors.ts';
import { type Loc, showLocation, userLocation } from '../util/location.ts';
import { type Donations, donations } from './donations.ts';
import { type ArgumentKey, describeArguments, differences, nearestDifference, showKey } from './key.ts';
import { configuration, type Settings } from './options.ts';
import { Specialisation } from './specialisation.ts';
import { traceCall } from './traced.ts';
import { runUncompiled } from './uncompiled.ts';

/** One tracing of a function. */
export interface TraceRecord {
  /** Counts from 1. */
  readonly number: number;
  /** The arguments it is for, such as `(f32[32,784], {w: f32[3]})`. */
  readonly what: string;
  /** What differs from the most similar arguments met before, such as `args[1].x shape [32,784] -> [17,784]`. */
  readonly why: string;
  /** When it began. */
  readonly when: Date;
  /** The call that caused it. */
  readonly at: string | undefined;
  /** Milliseconds the call spent on tracing and, where it ran at once, on compiling. */
  readonly ms: number;
}

// More kinds of arguments than any program needs at a time; what was used longest ago is dropped and would be traced again.
const capacity = 128;
const recordsKept = 100;
// From the fifth trace on a function says so, then at every doubling.
const firstWarning = 5;
const maxRecursion = 50;

export class Specialisations {
  readonly #f: (...args: never[]) => unknown;
  readonly #settings: Settings;
  readonly #donations: Donations;
  // The one used last comes first.
  readonly #known: Specialisation[] = [];
  readonly #records: TraceRecord[] = [];
  #count = 0;
  // Of these, the ones that a version with more room for its loops has replaced.
  #replaced = 0;
  #depth = 0;
  #warned = false;

  constructor(f: (...args: never[]) => unknown, settings: Settings) {
    this.#f = f;
    this.#settings = settings;
    this.#donations = donations(settings.name);
  }

  get records(): readonly TraceRecord[] {
    return [...this.#records];
  }

  /** An array for the leaves of a call, of the size they had the last time. */
  newLeaves(): unknown[] {
    return new Array<unknown>(this.#known.length === 0 ? 0 : this.#known[0]!.key.leaves.length);
  }

  /** The call without compiled code, which would see a part of this leaf's gradient only. */
  uncompiled(args: readonly unknown[], leaf: string): unknown {
    const { name } = this.#settings;
    if (!this.#warned) {
      this.#warned = true;
      console.warn(
        `${name} is not compiled for this call: the gradient of '${leaf}', which it captured, comes from behind an argument as well. Compute the argument inside of ${name}, or detach() it`,
      );
    }
    return runUncompiled(this.#f, args, this.#settings);
  }

  /** The specialisation for these arguments, traced if need be. `leaves` receives the leaves of the arguments. */
  find(args: readonly unknown[], leaves: unknown[]): Specialisation {
    const known = this.#known;
    for (let i = 0; i < known.length; i++) {
      const candidate = known[i]!;
      if (!candidate.accepts(args, leaves)) continue;
      if (i > 0) {
        known.splice(i, 1);
        known.unshift(candidate);
        // Candidates before it may have left more.
        leaves.length = candidate.key.leaves.length;
      }
      return candidate;
    }
    return this.#specialise(args, leaves);
  }

  #specialise(args: readonly unknown[], leaves: unknown[]): Specialisation {
    const { name, isStatic, signature, maxTraces } = this.#settings;
    const loc = userLocation();
    const { flat, key } = describeArguments(args, isStatic);
    if (signature !== null) this.#checkSignature(signature, key, loc);
    // What captured tensors of a trace that is over can never be used again.
    for (let i = this.#known.length - 1; i >= 0; i--) if (!this.#known[i]!.usable) this.#known.splice(i, 1);
    const why = this.#count === 0 ? 'first call' : this.#difference(key, flat.leaves);
    // Nor can those be used whose loops need more room by now; they are replaced, which is no further kind of call.
    const before = this.#known.length;
    const lasting = this.#known.filter((s) => !hasOutgrown(s.traced.settings));
    this.#known.splice(0, before, ...lasting);
    this.#replaced += before - lasting.length;
    if (this.#count - this.#replaced >= maxTraces)
      throw new RetraceError(
        `${name} was traced ${this.#count} time${this.#count === 1 ? '' : 's'}, as often as maxTraces allows, and this call needs another: ${why}. Pad the arguments to shapes it knows, pass what varies as a tensor instead of a static value, or raise maxTraces`,
        loc,
      );
    if (this.#depth >= maxRecursion)
      throw new TraceError(
        `${name} calls itself ${maxRecursion} levels deep while it is traced; a recursion that ends only for some values of a tensor never ends while tracing. Unroll it by a static argument, or write it as whileLoop(condition, body, state)`,
        loc,
      );

    const when = new Date();
    const start = performance.now();
    const interpreter = currentInterpreter();
    this.#depth++;
    let made: Specialisation;
    try {
      const traced = traceCall(this.#f, flat, key, name, interpreter);
      made = new Specialisation(key, traced, this.#settings, this.#donations);
      if (interpreter === eager) made.executable();
    } finally {
      this.#depth--;
    }
    const ms = performance.now() - start;
    // Only now that nothing can fail any more does the function remember it.
    this.#known.unshift(made);
    if (this.#known.length > capacity) this.#known.pop();
    if (made.lasting) {
      this.#count++;
      const at = loc === undefined ? undefined : showLocation(loc);
      this.#record({ number: this.#count, what: showKey(key), why, when, at, ms });
    }
    leaves.splice(0, leaves.length, ...flat.leaves);
    return made;
  }

  // What differs from the most similar arguments known or, where it is not the arguments, from the settings or gradients of then.
  #difference(key: ArgumentKey, leaves: readonly unknown[]): string {
    const keys = this.#known.map((s) => s.key);
    const ofArguments = nearestDifference(keys, key);
    if (ofArguments !== '') return ofArguments;
    const alike = this.#known.find((s) => differences(s.key, key).length === 0);
    if (alike === undefined) return '';
    return alike.differences(leaves).join(', ');
  }

  #checkSignature(signature: ArgumentKey, key: ArgumentKey, loc: Loc | undefined): void {
    const found = differences(signature, key, true);
    if (found.length > 0)
      throw new TreeError(
        `${this.#settings.name}: the arguments do not match the signature ${showKey(signature)}: ${found.join(', ')}`,
        loc,
      );
  }

  #record(record: TraceRecord): void {
    this.#records.push(record);
    if (this.#records.length > recordsKept) this.#records.shift();
    const { number, ms, at, why } = record;
    const due = number === firstWarning || (number > firstWarning && Number.isInteger(Math.log2(number)));
    if (!due || !configuration.retraceWarnings) return;
    const site = at === undefined ? '' : ` at ${at}`;
    console.warn(`${this.#settings.name} retraced (#${number}, ${Math.round(ms)} ms)${site}: ${why}`);
  }
}
