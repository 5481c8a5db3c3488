// A compiled function with what it is bound to: arguments, captured tensors and variables in, results and new variable states out.
import { allocate, allocateUnset, flatData, type NdView, type TypedArray } from '../array/nd.ts';
import type { Settle } from '../array/storage.ts';
import { follow, isResident, outdate } from '../codegen/wasm/residence.ts';
import type { Func } from '../ir/func.ts';
import { type DType, sizeOf, stridesOf, type TensorType } from '../ir/types.ts';
import { type Donation, takeStorage } from '../tensor/donation.ts';
import { EagerTensor } from '../tensor/eager.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Variable } from '../tensor/variable.ts';
import type { Capture } from '../trace/tracer.ts';
import type { CodeOptions } from './backend.ts';
import { type Compilation, compile } from './compile.ts';
import { memoryUse } from './memory.ts';

/** How a function meets its surroundings; see TracedFunction. */
export interface Binding {
  readonly func: Func;
  readonly captures: readonly Capture[];
  readonly writes: readonly Variable[];
  /** Which of the leading parameters, the arguments, are donated. */
  readonly donated: readonly number[];
}

/** Where the array of a parameter comes from at each call. */
interface Argument {
  readonly kind: 'argument';
  readonly type: TensorType;
  readonly donated: boolean;
  /** Holds a number or boolean for the time of a call; null where a result would lie in it. */
  readonly scalar: TypedArray | null;
}
type Source = (Argument | Capture) & { readonly overwritten: boolean };

/** What becomes of a result. */
interface Sink {
  readonly type: TensorType;
  readonly strides: readonly number[];
  /** Which of the program's arrays it is: a parameter's, or a fresh one. */
  readonly array: number;
  /** It is a parameter, and nothing else. */
  readonly unchanged: boolean;
  /** Another result is in the same array. */
  readonly shared: boolean;
}

interface Fresh {
  readonly array: number;
  readonly dtype: DType;
  readonly size: number;
}

// A donated array up to this size is copied at each call: a new view of the memory it lies in would take as long.
const smallSize = 1024;

export class Executable {
  readonly compilation: Compilation;
  readonly #sources: readonly Source[];
  readonly #fresh: readonly Fresh[];
  readonly #results: readonly Sink[];
  readonly #states: readonly { readonly variable: Variable; readonly sink: Sink }[];
  readonly #donates: boolean;
  readonly #settle: Settle | null;
  // Arrays that it updates in place while WebAssembly may know copies of them.
  readonly #outdated: readonly number[];
  // Kept between calls, so that a call allocates only its results; null while in use.
  #arrays: TypedArray[] | null;

  constructor({ func, captures, writes, donated }: Binding, options: CodeOptions) {
    const argumentCount = func.params.length - captures.length;
    // The state of a variable that will be assigned may be overwritten, like a donated argument.
    const mayOverwrite = (i: number): boolean => {
      const capture = captures[i - argumentCount];
      return capture?.kind === 'variable' ? writes.includes(capture.variable) : donated.includes(i);
    };
    const overwritable = func.params.map((_, i) => i).filter(mayOverwrite);
    const compilation = compile(func, options, overwritable);
    this.compilation = compilation;

    const { overwritten, arrayOfOutput } = memoryUse(compilation.code.program);
    this.#sources = func.params.map(({ type }, i): Source => {
      if (i >= argumentCount) return { ...captures[i - argumentCount]!, overwritten: overwritten[i]! };
      const reusable = type.shape.length === 0 && !arrayOfOutput.includes(i);
      const scalar = reusable ? allocate(type.dtype, 1) : null;
      return { kind: 'argument', type, donated: donated.includes(i), scalar, overwritten: overwritten[i]! };
    });
    const optimized = compilation.func;
    const sinks = optimized.results.map((value, k): Sink => {
      const { dtype, shape } = value.type;
      const array = arrayOfOutput[k]!;
      const shared = arrayOfOutput.some((other, j) => j !== k && other === array);
      const unchanged = optimized.params[array] === value;
      return { type: { dtype, shape }, strides: stridesOf(shape), array, unchanged, shared };
    });
    const resultCount = sinks.length - writes.length;
    this.#results = sinks.slice(0, resultCount);
    this.#states = writes.map((variable, k) => ({ variable, sink: sinks[resultCount + k]! }));
    this.#fresh = sinks
      .filter(({ array }, k) => array >= func.params.length && arrayOfOutput.indexOf(array) === k)
      .map(({ array, type }) => ({ array, dtype: type.dtype, size: sizeOf(type.shape) }));
    this.#donates = donated.length > 0;
    const { engine, settle } = compilation.code;
    this.#settle = settle;
    this.#outdated = engine === 'wasm' ? [] : overwritable.filter((i) => overwritten[i]);
    this.#arrays = new Array<TypedArray>(func.params.length + sinks.length).fill(noData);
  }

  /** Runs it on eager tensors, numbers and booleans, and assigns the variables. `donation` names the call that takes donated arguments. */
  call(args: readonly unknown[], donation: (() => Donation) | null): Tensor[] {
    const arrays = this.#arrays ?? [];
    this.#arrays = null;
    try {
      const sources = this.#sources;
      for (let i = 0; i < sources.length; i++) arrays[i] = input(sources[i]!, args[i], this.#settle);
      if (this.#donates) this.#separate(arrays);
      for (const i of this.#outdated) outdate(arrays[i]!);
      for (const { array, dtype, size } of this.#fresh) arrays[array] = allocateUnset(dtype, size);
      this.compilation.code.run(arrays);
      if (this.#donates && donation !== null) this.#take(args, arrays, donation());
      // Sized at once: an array that grows takes room for what it may still become.
      const results = new Array<Tensor>(this.#results.length);
      for (let k = 0; k < results.length; k++) results[k] = this.#result(this.#results[k]!, arrays, args);
      if (this.#states.length > 0) this.#assign(arrays, args);
      return results;
    } finally {
      // Arrays that are kept here would keep the caller's data alive.
      for (let i = 0; i < arrays.length; i++) arrays[i] = noData;
      this.#arrays = arrays;
    }
  }

  /** Arrays like those of a call on these arguments, all of them copies; and which of them a call overwrites. */
  copiesFor(args: readonly unknown[]): {
    readonly originals: readonly TypedArray[];
    readonly overwritten: readonly boolean[];
  } {
    const originals: TypedArray[] = this.#sources.map((source, i) => {
      if (source.kind !== 'variable') return input(source, args[i], null).slice();
      const { variable } = source;
      if (!variable.owned) variable.share().requireView();
      return flatData(variable.peek()).slice();
    });
    for (const { array, dtype, size } of this.#fresh) originals[array] = allocate(dtype, size);
    return { originals, overwritten: this.#sources.map((source) => source.overwritten) };
  }

  // The same memory may come in twice, donated here and only read there: then what is written is a copy.
  #separate(arrays: TypedArray[]): void {
    const sources = this.#sources;
    for (let i = 0; i < sources.length; i++) {
      const source = sources[i]!;
      if (source.kind !== 'argument' || !source.donated || !source.overwritten) continue;
      const array = arrays[i]!;
      for (let j = 0; j < sources.length; j++) {
        if (j === i || arrays[j] !== array) continue;
        arrays[i] = array.slice();
        break;
      }
    }
  }

  // Donated tensors are unusable from here on. Results that lie in their memory go out through fresh arrays over it.
  #take(args: readonly unknown[], arrays: TypedArray[], donation: Donation): void {
    // All views first: one tensor may be donated twice.
    const sources = this.#sources;
    const views = new Array<NdView | null>(sources.length);
    for (let i = 0; i < sources.length; i++) {
      const source = sources[i]!;
      const x = args[i];
      const taken = source.kind === 'argument' && source.donated && x instanceof EagerTensor;
      views[i] = taken ? x.requireView() : null;
    }
    for (let i = 0; i < views.length; i++) {
      const view = views[i]!;
      if (view === null) continue;
      const { data } = takeStorage(view, donation);
      if (arrays[i] !== view.data) continue;
      follow(view.data, data);
      arrays[i] = data;
    }
  }

  #result(sink: Sink, arrays: readonly TypedArray[], args: readonly unknown[]): Tensor {
    const source = this.#sources[sink.array];
    if (source?.kind === 'variable') {
      const { variable } = source;
      const state = variable.share();
      if (sink.unchanged) return state;
      if (variable.housed) return new EagerTensor(viewOf(sink, state.requireView().data));
    } else if (source !== undefined && sink.unchanged) {
      if (source.kind === 'tensor') return source.tensor;
      const x = args[sink.array];
      if (x instanceof EagerTensor && !source.donated) return x;
    }
    return new EagerTensor(viewOf(sink, arrays[sink.array]!));
  }

  // All new states are found before the first is assigned: variables may swap their values.
  #assign(arrays: readonly TypedArray[], args: readonly unknown[]): void {
    const changes = this.#states.map(({ variable, sink }) => {
      const source = this.#sources[sink.array];
      const own = source?.kind === 'variable' && source.variable === variable;
      if (own && !sink.shared) return null;
      if (source === undefined && !sink.shared) return arrays[sink.array]!;
      return this.#result(sink, arrays, args).requireView();
    });
    this.#states.forEach(({ variable }, k) => {
      const change = changes[k]!;
      if (change === null) return;
      if ('dtype' in change) variable.replaceState(change);
      else variable.adopt(change);
    });
  }
}

const noData: TypedArray = new Float32Array(0);

function input(source: Source, x: unknown, settle: Settle | null): TypedArray {
  switch (source.kind) {
    case 'argument': {
      if (x instanceof EagerTensor) {
        const flat = flatData(x.requireView());
        const stays = settle !== null && source.donated && source.overwritten && flat.length > smallSize;
        return stays ? settled(flat, source.type.dtype, settle) : flat;
      }
      const scalar = source.scalar ?? allocate(source.type.dtype, 1);
      scalar[0] = Number(x);
      return scalar;
    }
    case 'tensor':
      return rowMajor(source.tensor.requireView());
    case 'variable': {
      const { variable, overwritten } = source;
      // State that tensors can see too may have been donated by one of them.
      if (!variable.owned) variable.share().requireView();
      return overwritten ? variable.takeForUpdate(settle) : rowMajor(variable.peek());
    }
  }
}

// The donated array itself, or its elements where a result that lies there needs no copy, now and when it is donated again.
function settled(array: TypedArray, dtype: DType, settle: Settle): TypedArray {
  if (isResident(array)) return array;
  const home = settle(dtype, array.length);
  if (home === null) return array;
  home.data.set(array);
  return home.data;
}

// Captured tensors come at every call: those that are views of other tensors (a transpose, a broadcast number) are copied once.
const copies = new WeakMap<NdView, TypedArray>();

function rowMajor(view: NdView): TypedArray {
  const known = copies.get(view);
  if (known !== undefined) return known;
  const flat = flatData(view);
  if (flat !== view.data) copies.set(view, flat);
  return flat;
}

function viewOf({ type, strides }: Sink, data: TypedArray): NdView {
  return { dtype: type.dtype, shape: type.shape, data, strides, offset: 0 };
}
