// The engine that compiles modules, where it is V8 in Node and lets itself be told how. Switches are those of the process: they are set while one of our
// modules is validated or compiled, and set back at once. docs/decisions/engine-flags.md has the measurements.

type SetFlags = (flags: string) => void;

// Switches and what undoes them.
const optimizing = [
  ['--no-liftoff', '--liftoff'],
  ['--no-wasm-lazy-compilation', '--wasm-lazy-compilation'],
] as const;
const relaxedSimd = [['--experimental-wasm-relaxed-simd', '--no-experimental-wasm-relaxed-simd']] as const;
type Flags = typeof optimizing | typeof relaxedSimd;

let allowed = true;

/** Whether the engine may be told how to compile from now on. */
export function allowEngineFlags(on: boolean): void {
  allowed = on;
}

/** The number before the first dot of V8's version, or undefined where it is not V8 or does not say. */
function engineVersion(): number | undefined {
  const version = typeof process === 'object' ? process.versions?.v8 : undefined;
  return version === undefined ? undefined : Number.parseInt(version, 10);
}

// The versions that were tried. V8 complains on the console about switches it does not know.
const versions = { from: 11, to: 14, relaxedSimdByDefault: 12 } as const;

let setter: SetFlags | null | undefined;

function flagSetter(): SetFlags | null {
  if (!allowed) return null;
  if (setter === undefined) setter = findSetter();
  return setter;
}

// Whoever started the process with switches for WebAssembly keeps them.
function findSetter(): SetFlags | null {
  const version = engineVersion();
  if (version === undefined || version < versions.from || version > versions.to) return null;
  const given = [...(process.execArgv ?? []), ...(process.env.NODE_OPTIONS ?? '').split(/\s+/)];
  if (given.some((option) => /^--[\w-]*(liftoff|wasm)/.test(option))) return null;
  try {
    const { setFlagsFromString } = process.getBuiltinModule('node:v8');
    return setFlagsFromString;
  } catch {
    // Node before 20.16, and hosts that only look like Node.
    return null;
  }
}

function withFlags<T>(flags: readonly Flags[], work: () => T): T {
  const set = flags.length > 0 ? flagSetter() : null;
  if (set === null) return work();
  try {
    for (const [on] of flags.flat()) set(on);
    return work();
  } finally {
    for (const [, off] of flags.flat()) set(off);
  }
}

function needsRelaxedFlag(): boolean {
  return (engineVersion() ?? versions.to) < versions.relaxedSimdByDefault;
}

/** Is this a module that the engine takes? Instructions that it keeps behind a switch count where the switch may be set. */
export function validates(bytes: Uint8Array): boolean {
  return withFlags(needsRelaxedFlag() ? [relaxedSimd] : [], () =>
    WebAssembly.validate(bytes as BufferSource),
  );
}

// Operations for each byte of code: a program of more is better off if the engine optimises it before the first call.
const worthwhile = 10_000;

/** The module, compiled well at once if a call takes `flops` operations, and otherwise when the engine finds that it is called often. */
export function compileModule(bytes: Uint8Array, flops: number): WebAssembly.Module {
  const flags = [
    ...(flops > worthwhile * bytes.length ? [optimizing] : []),
    ...(needsRelaxedFlag() ? [relaxedSimd] : []),
  ];
  return withFlags(flags, () => new WebAssembly.Module(bytes as BufferSource));
}

/** Rows of a tile of a matrix product with fused arithmetic: V8 before 13 runs out of registers with six. */
export function fusedTileRows(): 4 | 6 {
  return (engineVersion() ?? versions.to) < 13 ? 4 : 6;
}
