// What a user may ask of jit: its options, checked and completed, and the switches that hold for all functions.
import { allowEngineFlags } from '../codegen/wasm/engine.ts';
import type { Precision } from '../passes/pass.ts';
import type { Scope } from '../trace/conversion.ts';
import { OptionError } from '../util/errors.ts';
import { checkOptions } from '../util/options.ts';
import type { ConversionOptions } from './autograph.ts';
import type { Backend } from './backend.ts';
import { type ArgumentKey, keyOfSignature } from './key.ts';
import type { Threads } from './threading.ts';
import type { UnitOptions } from './unit.ts';

export interface JitOptions extends ConversionOptions {
  /**
   * Whether the source transform converts the function: `false`, written out, keeps it as it is; `true` makes a call fail if the transform has
   * not seen it. Without it, it is converted wherever a plugin or the register hook is at work.
   */
  readonly autograph?: boolean;
  /** Converts the function at run time, from its own source: the names it uses, or `(code) => eval(code)`. Needs `import 'tracejit/autograph'`. */
  readonly scope?: Scope;
  /** Positions of arguments, or names of keys in argument objects at any depth, that stay JavaScript values and are part of the cache key. */
  readonly static?: readonly (number | string)[];
  /** Positions of arguments whose buffers the call may reuse; their tensors cannot be used afterwards. */
  readonly donate?: readonly number[];
  /** One `spec(…)`, or a tree of them, per argument: any other call is a TreeError. */
  readonly signature?: readonly unknown[];
  /** How many different argument types may be traced; one more is a RetraceError. Without it there is only a warning. */
  readonly maxTraces?: number;
  /** `strict` (the default): the bits of eager mode. `fast`: rounds less often, and differs in the last bits. Inside another jitted function that one's holds. */
  readonly precision?: Precision;
  /**
   * What executes it: JavaScript, WebAssembly (an OptionError where the host has none with SIMD), or `auto`, the default: WebAssembly where it is there and
   * saves more than it costs to copy arguments and results. `lower().backend` says which it is and why.
   */
  readonly backend?: Backend;
  /**
   * How many threads a call may use, this one included, to the same bits: a number from 1 to 64, or `auto`, the default: as many as there are cores, at most four, where
   * the function has enough to do. They are used where it runs as WebAssembly on memory that can be shared; in a page that takes cross-origin isolation.
   * `lower().threads` says how many there are and why.
   */
  readonly threads?: Threads;
  /** Its name in IR, messages and generated code; default the function's own. */
  readonly name?: string;
}

const optionNames: readonly (keyof JitOptions)[] = [
  'static',
  'donate',
  'signature',
  'maxTraces',
  'precision',
  'backend',
  'threads',
  'name',
  'autograph',
  'scope',
];

/** The options, complete. */
export interface Settings extends UnitOptions {
  readonly name: string;
  readonly isStatic: (key: string | number, depth: number) => boolean;
  readonly donate: ReadonlySet<number>;
  readonly signature: ArgumentKey | null;
  readonly maxTraces: number;
}

export function completeOptions(options: JitOptions, functionName: string): Settings {
  checkOptions(options, optionNames, 'jit');
  const {
    static: statics = [],
    donate = [],
    signature,
    maxTraces,
    precision,
    backend,
    threads,
    name,
  } = options;
  if (!Array.isArray(statics) || !statics.every((s) => isPosition(s) || typeof s === 'string'))
    throw refused('static', 'a list of argument positions and names of keys', statics);
  if (!Array.isArray(donate) || !donate.every(isPosition))
    throw refused('donate', 'a list of argument positions', donate);
  const both = donate.find((position) => statics.includes(position));
  if (both !== undefined)
    throw new OptionError(
      `jit: argument ${both} is both static and donated; a static argument has no buffer`,
    );
  if (signature !== undefined && !Array.isArray(signature))
    throw refused('signature', 'a list with a spec per argument', signature);
  if (maxTraces !== undefined && !(Number.isInteger(maxTraces) && maxTraces >= 1))
    throw refused('maxTraces', 'an integer >= 1', maxTraces);
  if (precision !== undefined) checkPrecision(precision, 'jit');
  if (backend !== undefined) checkBackend(backend, 'jit');
  if (threads !== undefined) checkThreads(threads, 'jit');
  if (name !== undefined && typeof name !== 'string') throw refused('name', 'a string', name);

  const positions = new Set<unknown>(statics);
  const isStatic = (key: string | number, depth: number): boolean =>
    (depth === 0 || typeof key === 'string') && positions.has(key);
  return {
    // A function's own `name` is a property like others, and may be anything.
    name: identifier(name ?? String(functionName)),
    isStatic,
    donate: new Set(donate),
    signature: signature === undefined ? null : keyOfSignature(signature, isStatic),
    maxTraces: maxTraces ?? Number.POSITIVE_INFINITY,
    precision: precision ?? configuration.precision,
    backend: backend ?? configuration.backend,
    threads: threads ?? configuration.threads,
  };
}

export interface Configuration {
  /** False: jitted functions run eagerly, for debugging. */
  readonly jit: boolean;
  /** The precision of functions jitted from now on that do not say. */
  readonly precision: Precision;
  /** The back-end of functions jitted from now on that do not say. */
  readonly backend: Backend;
  /** The threads of functions jitted from now on that do not say. */
  readonly threads: Threads;
  /** Whether functions that are traced again and again say so on the console. */
  readonly retraceWarnings: boolean;
  /** Whether a scalar comparison that nothing uses is an error, or a warning where it is not written in the jitted function itself: mostly it stands in an `if`, which cannot see it. */
  readonly checkConditions: boolean;
  /** Whether V8 in Node is told, by switches of the process that are set back at once, to optimise large WebAssembly modules before their first call, and to allow fused arithmetic for `fast` where it is still behind a switch. Elsewhere it means nothing. */
  readonly engineFlags: boolean;
}

const defaults: Configuration = {
  jit: true,
  precision: 'strict',
  backend: 'auto',
  threads: 'auto',
  retraceWarnings: true,
  checkConditions: true,
  engineFlags: true,
};
export let configuration: Configuration = defaults;

/** Changes switches that hold for all jitted functions, and returns what they were. Unknown keys and values are OptionErrors. */
export function configure(changes: Partial<Configuration>): Configuration {
  const before = configuration;
  checkOptions(changes, Object.keys(defaults), 'configure');
  for (const key of ['jit', 'retraceWarnings', 'checkConditions', 'engineFlags'] as const) {
    const value = changes[key];
    if (value !== undefined && typeof value !== 'boolean')
      throw new OptionError(`configure: ${key} must be true or false, got ${show(value)}`);
  }
  if (changes.precision !== undefined) checkPrecision(changes.precision, 'configure');
  if (changes.backend !== undefined) checkBackend(changes.backend, 'configure');
  if (changes.threads !== undefined) checkThreads(changes.threads, 'configure');
  configuration = {
    jit: changes.jit ?? before.jit,
    precision: changes.precision ?? before.precision,
    backend: changes.backend ?? before.backend,
    threads: changes.threads ?? before.threads,
    retraceWarnings: changes.retraceWarnings ?? before.retraceWarnings,
    checkConditions: changes.checkConditions ?? before.checkConditions,
    engineFlags: changes.engineFlags ?? before.engineFlags,
  };
  allowEngineFlags(configuration.engineFlags);
  return before;
}

function checkPrecision(value: unknown, where: string): void {
  if (value !== 'strict' && value !== 'fast')
    throw new OptionError(`${where}: precision must be 'strict' or 'fast', got ${show(value)}`);
}

function checkBackend(value: unknown, where: string): void {
  if (value !== 'auto' && value !== 'wasm' && value !== 'js')
    throw new OptionError(`${where}: backend must be 'auto', 'wasm' or 'js', got ${show(value)}`);
}

const mostThreads = 64;

function checkThreads(value: unknown, where: string): void {
  const isCount = Number.isInteger(value) && (value as number) >= 1 && (value as number) <= mostThreads;
  if (value !== 'auto' && !isCount)
    throw new OptionError(
      `${where}: threads must be 'auto' or an integer from 1 to ${mostThreads}, got ${show(value)}`,
    );
}

function isPosition(x: unknown): x is number {
  return Number.isInteger(x) && (x as number) >= 0;
}

function refused(option: string, expected: string, got: unknown): OptionError {
  return new OptionError(`jit: ${option} must be ${expected}, got ${show(got)}`);
}

function show(x: unknown): string {
  return typeof x === 'function' ? 'a function' : (JSON.stringify(x) ?? String(x));
}

// IR names are identifiers: `valueAndGrad(loss)` becomes `valueAndGrad_loss`.
function identifier(name: string): string {
  const clean = name.replace(/[^A-Za-z0-9_]+/g, '_').replace(/^_+|_+$/g, '');
  return /^[A-Za-z_]/.test(clean) ? clean : clean === '' ? 'anonymous' : `f${clean}`;
}
