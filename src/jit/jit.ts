// jit: a function that is traced once per type of its arguments and runs compiled from then on.
import { makeRoom, withRoom } from '../autodiff/room.ts';
import { currentInterpreter } from '../ops/dispatch.ts';
import { eager } from '../tensor/eager.ts';
import { ArgumentError, CapacityError, TraceError } from '../util/errors.ts';
import { userLocation } from '../util/location.ts';
import { prepared, rememberOriginal } from './autograph.ts';
import { Specialisations, type TraceRecord } from './cache.ts';
import {
  isDecoratorContext,
  isLegacyDecoration,
  type MethodDecoratorContext,
  perInstance,
} from './decorator.ts';
import { explain, type Lowered } from './explain.ts';
import { completeOptions, configuration, type JitOptions, type Settings } from './options.ts';
import type { Profile } from './profile.ts';
import type { Specialisation } from './specialisation.ts';
import { runUncompiled } from './uncompiled.ts';

/** A compiled function: called like the original, with a view on what was made of it. */
export interface Jitted<Args extends readonly unknown[], R> {
  (...args: Args): R;
  /** Every stage of the compilation for these arguments, without running anything. Traces if they have not been met before. */
  lower(...args: Args): Lowered<Args, R>;
  /**
   * Runs it for about half a second on copies of the arguments and of captured variables, which stay as they are, and tells where the time goes: a table by
   * `String(profile)`, a file for trace viewers by `profile.chromeTrace()`. Traces if these arguments have not been met before. Throws a TraceError while
   * another function is traced or differentiated.
   */
  profile(...args: Args): Profile;
  /** What was traced, when, why and how long it took; the last hundred. */
  readonly traces: readonly TraceRecord[];
}

/**
 * Compiles `f`: the first call with arguments of some structure, shapes and dtypes traces it into IR, optimises that and generates
 * code; later calls run the code. Arguments and results are nested objects and arrays of tensors, numbers, booleans, null and strings;
 * numbers are traced like float32 scalar tensors (an int32 tensor times a number argument is float32) unless `static`, booleans and
 * strings stay what they are, and each is a program of its own. Captured tensors
 * are read by reference, captured variables read and assigned.
 * JavaScript values of the surroundings (numbers, objects, which tensor a name stands for) are those of the first call: what changes
 * between calls belongs into arguments or variables. Also a decorator for methods: `@jit step(x) { … }`.
 *
 * Throws an OptionError for options it does not know, an ArgumentError for what is no function, and as a decorator under `experimentalDecorators`. A call throws a TreeError for arguments that are no trees or do not match
 * `signature`, a TraceError where the function reads elements or branches on them, a LeakError for tensors of a trace that is over,
 * a RetraceError past `maxTraces`, a DonationError for tensors that an earlier call took.
 *
 *     const f = jit((x) => x.mul(2).sum());  f(tensor([1, 2, 3]))   // 12
 */
export function jit<This, Args extends readonly unknown[], R>(
  method: (this: This, ...args: Args) => R,
  context: MethodDecoratorContext,
): (this: This, ...args: Args) => R;
export function jit<Args extends readonly unknown[], R>(
  f: (...args: Args) => R,
  options?: JitOptions,
): Jitted<Args, R>;
export function jit<Args extends readonly unknown[], R>(
  f: (...args: Args) => R,
  options: JitOptions | MethodDecoratorContext = {},
): Jitted<Args, R> | ((this: object, ...args: Args) => R) {
  if (isLegacyDecoration(f, options))
    throw new ArgumentError(
      `@jit: the decorator of ${String(options)} was called as TypeScript's experimentalDecorators calls it; turn experimentalDecorators off in tsconfig.json, for @jit is a standard decorator, or write a field: ${String(options)} = jit((…) => …)`,
    );
  if (typeof f !== 'function')
    throw new ArgumentError(`jit: expected a function, got ${f === null ? 'null' : typeof f}`);
  // The one kind of function whose prototype cannot be assigned.
  if (Object.getOwnPropertyDescriptor(f, 'prototype')?.writable === false)
    throw new ArgumentError(
      `jit: ${f.name || 'the argument'} is a class, which cannot be called; compile its methods with the decorator @jit`,
    );
  if (isDecoratorContext(options)) return perInstance(f, options, (bound) => jitted(bound, {}));
  return jitted(f, options);
}

function jitted<Args extends readonly unknown[], R>(
  f: (...args: Args) => R,
  options: JitOptions,
): Jitted<Args, R> {
  const settings = completeOptions(options, f.name);
  const body = prepared(f, options);
  const specialisations = new Specialisations(body, settings);
  const run = (...args: Args): R =>
    (configuration.jit ? callCompiled(specialisations, args) : runUncompiled(body, args, settings)) as R;
  rememberOriginal(run, body);
  Object.defineProperties(run, {
    name: { value: f.name === '' ? 'jit' : `jit(${String(f.name)})` },
    length: { value: f.length },
    lower: { value: (...args: Args) => explain(specialisations.find(args, []), settings, run) },
    profile: { value: (...args: Args) => profiled(specialisations, args, settings) },
    traces: { get: () => specialisations.records },
  });
  return run as Jitted<Args, R>;
}

function profiled(specialisations: Specialisations, args: readonly unknown[], { name }: Settings): Profile {
  if (currentInterpreter() !== eager)
    throw new TraceError(
      `${name}.profile runs the function on real tensors, so it cannot be called while another function is traced or differentiated; call it outside, on arguments of the same shapes`,
      userLocation(),
    );
  const leaves = specialisations.newLeaves();
  const guard = (): void => {
    specialisations.find(args, specialisations.newLeaves());
  };
  return specialisations.find(args, leaves).profile(leaves, guard);
}

/** Finds or makes the code for these arguments, and runs it as the current interpreter does. */
export function callCompiled(specialisations: Specialisations, args: readonly unknown[]): unknown {
  const leaves = specialisations.newLeaves();
  const found = specialisations.find(args, leaves);
  const leaf = found.leafOfBoth(leaves);
  if (leaf !== null) return specialisations.uncompiled(args, leaf.name);
  try {
    return callFound(found, leaves);
  } catch (error) {
    if (!(error instanceof CapacityError)) throw error;
    // A loop took more rounds than its gradient has room for; nothing was changed. With more room it is another version of the function.
    makeRoom(error);
    const find = (): Specialisation => specialisations.find(args, leaves);
    if (find() === found) throw error;
    return withRoom(find, (again) => callFound(again, leaves));
  }
}

function callFound(found: Specialisation, leaves: readonly unknown[]): unknown {
  const results = currentInterpreter() === eager ? found.run(leaves) : found.stage(leaves);
  return found.rebuild(results);
}
