// One traced version of a jitted function: what it accepts, and how it is called under each interpreter.
import { asExpected, setPresence, unexpected } from '../autodiff/leaf-gradients.ts';
import { lift } from '../ops/coerce.ts';
import { currentInterpreter, tellMissed } from '../ops/dispatch.ts';
import type { Donation } from '../tensor/donation.ts';
import { isRecording, type Leaf, type Symbolic, withRecording } from '../tensor/history.ts';
import { Tensor } from '../tensor/tensor.ts';
import { changedSettings, dependOn, unchanged } from '../trace/setting.ts';
import { type Trace, TracedTensor } from '../trace/tracer.ts';
import { type Tree, unflatten } from '../trace/tree.ts';
import { InternalError, OptionError } from '../util/errors.ts';
import {
  applyEffects,
  checkHistories,
  givenGradients,
  leafOfBoth,
  sameHistories,
  unexpectedHistories,
} from './argument-history.ts';
import type { Donations } from './donations.ts';
import { Executable } from './executable.ts';
import { CallHistory } from './history.ts';
import { type ArgumentKey, matches } from './key.ts';
import type { Settings } from './options.ts';
import { type Profile, profile } from './profile.ts';
import { compileStructure, type Structure } from './structure.ts';
import type { TracedCall } from './traced.ts';
import { Unit } from './unit.ts';

// Calls after which code for the structure of arguments and results pays: it takes some hundred calls to make it.
const oftenRun = 500;

export class Specialisation {
  readonly key: ArgumentKey;
  readonly traced: TracedCall;
  readonly unit: Unit;
  readonly #settings: Settings;
  // Traces whose tensors it captured: it means something only while they last.
  readonly #foreign: readonly Trace[];
  // Which leaves are parameters; null where all are.
  readonly #parameters: readonly number[] | null;
  readonly #donations: Donations;
  #donation: (() => Donation) | null = null;
  readonly #history: CallHistory;
  readonly #conditional: boolean;
  // Leaves it captured whose gradients it sets or looks at.
  readonly #looksAt: ReadonlySet<Leaf>;
  #executable: Executable | undefined;
  // What most calls go through, from when there have been some.
  #structure: Structure | null = null;
  #runs = 0;

  constructor(key: ArgumentKey, traced: TracedCall, settings: Settings, donations: Donations) {
    this.key = key;
    this.traced = traced;
    this.#settings = settings;
    this.#donations = donations;
    this.unit = new Unit(traced.func, settings);
    this.#foreign = traced.captures.flatMap((c) =>
      c.kind === 'tensor' && c.tensor instanceof TracedTensor ? [c.tensor.trace] : [],
    );
    const parameters = key.leaves.flatMap((leaf, i) => (leaf.kind === 'tensor' ? [i] : []));
    this.#parameters = parameters.length === key.leaves.length ? null : parameters;
    this.#conditional =
      traced.settings.length + traced.gradients.expected.length > 0 || traced.effects !== null;
    const { expected, left } = traced.gradients;
    this.#looksAt = new Set([...expected, ...left].map(([leaf]) => leaf));
    this.#history = new CallHistory(traced, this.unit, settings.name);
  }

  /** Nothing limits its life: it captured no tensor of another trace. */
  get lasting(): boolean {
    return this.#foreign.length === 0;
  }
  get usable(): boolean {
    return this.#foreign.every((trace) => trace.live);
  }

  /** Are these its arguments? If so, `leaves` holds theirs. */
  accepts(args: readonly unknown[], leaves: unknown[]): boolean {
    return (
      (this.#structure !== null
        ? this.#structure.accepts(args, leaves)
        : matches(this.key.tree, args, this.key.leaves, leaves)) &&
      (!this.#conditional || this.#holds(leaves)) &&
      (this.lasting || this.usable)
    );
  }

  // Are the settings, gradients and histories those it was traced for?
  #holds(leaves: readonly unknown[]): boolean {
    const { settings, gradients, effects } = this.traced;
    return (
      unchanged(settings) &&
      asExpected(gradients.expected) &&
      (effects === null || sameHistories(this.#parametersAmong(leaves), effects.histories))
    );
  }

  /** What differs from the settings, gradients and histories that it was traced for. */
  differences(leaves: readonly unknown[]): readonly string[] {
    const { settings, gradients, effects, paths } = this.traced;
    return [
      ...changedSettings(settings),
      ...unexpected(gradients.expected),
      ...(effects === null
        ? []
        : unexpectedHistories(this.#parametersAmong(leaves), effects.histories, paths)),
    ];
  }

  /**
   * A leaf whose gradient comes from the function, which captured it, and from behind an argument as well. The code knows its own part only, and would show that to
   * whoever reads the gradient inside, and add the parts in another order. Null for nearly all calls.
   */
  leafOfBoth(leaves: readonly unknown[]): Leaf | null {
    if (this.traced.effects === null || this.#looksAt.size === 0) return null;
    return leafOfBoth(this.#parametersAmong(leaves), this.#looksAt);
  }

  /** Compiled, bound to the captures. */
  executable(): Executable {
    if (this.#executable === undefined) {
      const donated = this.#donated();
      const types = this.key.leaves.flatMap((leaf) => (leaf.kind === 'tensor' ? [leaf.type] : []));
      const executable = new Executable({ ...this.traced, donated, types }, this.#settings);
      const { ns } = executable.compilation.code;
      if (donated.length > 0) this.#donation = () => this.#donations(ns);
      this.#executable = executable;
    }
    return this.#executable;
  }

  /** The results as the function returns them, from those that are tensors. */
  rebuild(results: readonly Tensor[]): unknown {
    return this.#structure !== null
      ? this.#structure.rebuild(results)
      : unflatten(this.traced.output, results);
  }

  /** The results under eager mode. */
  run(leaves: readonly unknown[]): readonly Tensor[] {
    this.#runs++;
    if (this.#runs === oftenRun) this.#structure = compileStructure(this.key, this.traced.output);
    const given = this.#arguments(leaves);
    if (this.#history.concerns(given)) {
      const graph = graphOf(given);
      if (graph !== null) return graph.within(() => this.stage(leaves));
      if (isRecording()) return this.#runRecorded(leaves, given);
    }
    const results = this.executable().call(given, this.#donation);
    if (this.traced.gradients.left.length > 0) setPresence(this.traced.gradients.left);
    return results;
  }

  /** Runs it on copies of everything, and tells where the time goes. `guard` finds it. */
  profile(leaves: readonly unknown[], guard: () => void): Profile {
    return profile(this.executable(), this.#arguments(leaves), this.#settings, guard);
  }

  // A function that assigns variables which a gradient passes by runs as in a trace, in halves: computing it again later would assign them again.
  #runRecorded(leaves: readonly unknown[], given: readonly unknown[]): readonly Tensor[] {
    const history = this.#history;
    if (history.manner === 'halves') return this.stage(leaves);
    if (history.manner === 'sealed') {
      const { gradients, effects } = this.traced;
      if (effects !== null) checkHistories(effects, given);
      const results = this.executable().call(given, this.#donation);
      setPresence(gradients.left);
      if (effects !== null) applyEffects(effects, given, results);
      history.seal(results, given);
      return results;
    }
    const remember = history.begin(given);
    const results = this.executable().call(given, this.#donation);
    setPresence(this.traced.gradients.left);
    remember(results);
    return results;
  }

  /** The results under any other interpreter; captured variables are read and assigned there. */
  stage(leaves: readonly unknown[]): readonly Tensor[] {
    const interpreter = currentInterpreter();
    const { captures, writes, missed, func, settings, gradients, effects } = this.traced;
    dependOn(settings);
    tellMissed(missed, interpreter);
    if (effects !== null) sameHistories(this.#parametersAmong(leaves), effects.histories);
    const operands = this.#arguments(leaves).map((x) => lift(x as Tensor | number, this.#settings.name));
    const given = [...operands];
    if (effects !== null) checkHistories(effects, given);
    for (const capture of captures)
      operands.push(capture.kind === 'tensor' ? capture.tensor : interpreter.read(capture.variable));
    const results = this.#history.goesBack
      ? withRecording(false, () => this.unit.call(operands))
      : this.unit.call(operands);
    const first = func.results.length - writes.length;
    writes.forEach((variable, k) => interpreter.write(variable, results[first + k]!));
    setPresence(gradients.left);
    if (effects !== null) applyEffects(effects, given, results);
    if (this.#history.goesBack && isRecording()) this.#history.seal(results, given);
    return results;
  }

  // What the function is given: its parameters among the leaves, and gradients that they have.
  #arguments(leaves: readonly unknown[]): readonly unknown[] {
    const own = this.#parametersAmong(leaves);
    const { effects } = this.traced;
    return effects === null || effects.given.length === 0 ? own : [...own, ...givenGradients(effects, own)];
  }

  #parametersAmong(leaves: readonly unknown[]): readonly unknown[] {
    return this.#parameters === null ? leaves : this.#parameters.map((i) => leaves[i]);
  }

  // Parameters that come from the arguments `donate` names.
  #donated(): readonly number[] {
    const { tree } = this.key;
    if (tree.kind !== 'list') throw new InternalError('arguments are a list');
    const { donate, name } = this.#settings;
    const leaves = new Set<number>();
    for (const position of donate) {
      const item = tree.items[position];
      if (item === undefined)
        throw new OptionError(
          `${name}: donate names argument ${position}, but the call has ${tree.items.length} argument${tree.items.length === 1 ? '' : 's'}`,
        );
      for (const i of leafIndices(item)) leaves.add(i);
    }
    const parameters = this.#parameters ?? this.key.leaves.map((_, i) => i);
    return parameters.flatMap((leaf, i) => (leaves.has(leaf) ? [i] : []));
  }
}

// The graph that an argument is of, if one is.
function graphOf(args: readonly unknown[]): Symbolic | null {
  for (const x of args) if (x instanceof Tensor && x.history?.kind === 'symbolic') return x.history;
  return null;
}

function leafIndices(tree: Tree): readonly number[] {
  switch (tree.kind) {
    case 'leaf':
      return [tree.index];
    case 'static':
      return [];
    case 'list':
    case 'dict':
      return tree.items.flatMap(leafIndices);
  }
}
