// A compiled function with what it is bound to: arguments, captured tensors and variables in, results and new variable states out.
import { allocate, flatData, type NdView, type TypedArray } from '../array/nd.ts';
import type { Elements, Settle } from '../array/storage.ts';
import { allocateUnset } from '../array/unset.ts';
import { follow, isResident, outdate } from '../codegen/wasm/residence.ts';
import type { Func } from '../ir/func.ts';
import { type DType, sameType, sizeOf, stridesOf, type TensorType } from '../ir/types.ts';
import type { Donation } from '../tensor/donation.ts';
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
  /** The objects that stand for types of arguments. Results have them too, so that one that is the next argument is seen at a glance to be as expected. */
  readonly types: readonly TensorType[];
}

/** Where the elements of a parameter come from at each call. */
interface Argument {
  readonly kind: 'argument';
  readonly type: TensorType;
  readonly donated: boolean;
  /** It is donated, and a result lies in its array. */
  readonly moved: boolean;
  /** A part of an array will not do. */
  readonly whole: boolean;
}
type Source = (Argument | Capture) & { readonly overwritten: boolean };

/** What becomes of a result. */
interface Sink {
  readonly type: TensorType;
  readonly strides: readonly number[];
  /** Which of the program's operands it is: a parameter's, or a fresh one. */
  readonly array: number;
  /** It is a parameter, and nothing else. */
  readonly unchanged: boolean;
  /** Another result is in the same array. */
  readonly shared: boolean;
}

/** A result that no parameter's array holds: which of the program's operands it is. */
export interface Fresh {
  readonly array: number;
  readonly dtype: DType;
  readonly size: number;
}

// Results do not take the place of donated arguments up to this size: copying so many elements takes less time than a new view of their memory.
const smallSize = 1024;

export class Executable {
  readonly compilation: Compilation;
  readonly #sources: readonly Source[];
  // The results that the program is given arrays for; of the others it makes the elements itself.
  readonly #fresh: readonly Fresh[];
  readonly #results: readonly Sink[];
  readonly #states: readonly { readonly variable: Variable; readonly sink: Sink }[];
  readonly #donates: boolean;
  readonly #settle: Settle | null;
  // Arrays that it updates in place while WebAssembly may know copies of them.
  readonly #outdated: readonly number[];
  // Kept between calls, so that a call allocates only its results; null while in use.
  #operands: (Elements | null)[] | null;
  readonly #operandCount: number;

  constructor({ func, captures, writes, donated, types }: Binding, options: CodeOptions) {
    const argumentCount = func.params.length - captures.length;
    // The state of a variable that will be assigned may be overwritten, like a donated argument.
    const mayOverwrite = (i: number): boolean => {
      const capture = captures[i - argumentCount];
      return capture?.kind === 'variable' ? writes.includes(capture.variable) : donated.includes(i);
    };
    const worthwhile = (i: number): boolean =>
      i >= argumentCount || sizeOf(func.params[i]!.type.shape) > smallSize;
    const overwritable = func.params.map((_, i) => i).filter((i) => mayOverwrite(i) && worthwhile(i));
    // Tensors are immutable; the state of a variable stays in one array.
    const lasting = func.params
      .map((_, i) => i)
      .filter((i) => captures[i - argumentCount]?.kind !== 'variable');
    const compilation = compile(func, options, { overwritable, lasting });
    this.compilation = compilation;

    const { program, engine, makes, settle } = compilation.code;
    const { overwritten, arrayOfOutput } = memoryUse(program);
    this.#sources = func.params.map(({ type }, i): Source => {
      const written = overwritten[i]!;
      if (i >= argumentCount) return { ...captures[i - argumentCount]!, overwritten: written };
      const isDonated = donated.includes(i);
      const moved = isDonated && (written || arrayOfOutput.includes(i));
      return {
        kind: 'argument',
        type,
        donated: isDonated,
        moved,
        whole: written || engine !== 'wasm',
        overwritten: written,
      };
    });
    const optimized = compilation.func;
    const sinks = optimized.results.map((value, k): Sink => {
      const array = arrayOfOutput[k]!;
      const shared = arrayOfOutput.some((other, j) => j !== k && other === array);
      const unchanged = optimized.params[array] === value;
      const type = types.find((t) => sameType(t, value.type)) ?? value.type;
      return { type, strides: stridesOf(type.shape), array, unchanged, shared };
    });
    const resultCount = sinks.length - writes.length;
    this.#results = sinks.slice(0, resultCount);
    this.#states = writes.map((variable, k) => ({ variable, sink: sinks[resultCount + k]! }));
    this.#fresh = sinks.flatMap(({ array, type: { dtype, shape }, shared }, k) => {
      if (array < func.params.length || arrayOfOutput.indexOf(array) !== k) return [];
      const size = sizeOf(shape);
      return !shared && k < resultCount && makes(dtype, size) ? [] : [{ array, dtype, size }];
    });
    this.#donates = donated.length > 0;
    this.#settle = settle;
    this.#outdated = engine === 'wasm' ? [] : overwritable.filter((i) => overwritten[i]);
    this.#operandCount = func.params.length + sinks.length;
    this.#operands = new Array<Elements | null>(this.#operandCount).fill(null);
  }

  /** Runs it on eager tensors, numbers and booleans, and assigns the variables. `donation` names the call that takes donated arguments. */
  call(args: readonly unknown[], donation: (() => Donation) | null): Tensor[] {
    const operands = this.#operands ?? new Array<Elements | null>(this.#operandCount).fill(null);
    this.#operands = null;
    try {
      const sources = this.#sources;
      for (let i = 0; i < sources.length; i++) operands[i] = input(sources[i]!, args[i], this.#settle);
      if (this.#donates) this.#separate(operands);
      for (const i of this.#outdated) outdate(operands[i] as TypedArray);
      for (const { array, dtype, size } of this.#fresh) operands[array] = allocateUnset(dtype, size);
      this.compilation.code.run(operands);
      if (this.#donates && donation !== null) this.#take(args, operands, donation());
      // Sized at once: an array that grows takes room for what it may still become.
      const results = new Array<Tensor>(this.#results.length);
      for (let k = 0; k < results.length; k++) results[k] = this.#result(this.#results[k]!, operands, args);
      if (this.#states.length > 0) this.#assign(operands, args);
      return results;
    } finally {
      // Arrays that are kept here would keep the caller's data alive.
      for (let i = 0; i < operands.length; i++) operands[i] = null;
      this.#operands = operands;
    }
  }

  /** Copies of the arrays of a call on these arguments, and which of them a call overwrites; and the results that have arrays of their own. */
  copiesFor(args: readonly unknown[]): {
    readonly originals: readonly TypedArray[];
    readonly overwritten: readonly boolean[];
    readonly results: readonly Fresh[];
  } {
    const originals: TypedArray[] = this.#sources.map((source, i) => {
      if (source.kind === 'argument') return arrayOf(args[i], source.type).slice();
      if (source.kind === 'tensor') return rowMajor(source.tensor.requireView()).slice();
      const { variable } = source;
      if (!variable.owned) variable.share().requireView();
      return flatData(variable.peek()).slice();
    });
    const results = new Map<number, Fresh>();
    for (const { array, type } of [...this.#results, ...this.#states.map(({ sink }) => sink)])
      if (array >= originals.length)
        results.set(array, { array, dtype: type.dtype, size: sizeOf(type.shape) });
    const overwritten = this.#sources.map((source) => source.overwritten);
    return { originals, overwritten, results: [...results.values()] };
  }

  // The same memory may come in twice, donated here and only read there: then what is written is a copy.
  #separate(operands: (Elements | null)[]): void {
    const sources = this.#sources;
    for (let i = 0; i < sources.length; i++) {
      const source = sources[i]!;
      if (source.kind !== 'argument' || !source.donated || !source.overwritten) continue;
      const array = operands[i] as TypedArray;
      for (let j = 0; j < sources.length; j++) {
        if (j === i || operands[j] !== array) continue;
        operands[i] = array.slice();
        break;
      }
    }
  }

  // Donated tensors are unusable from here on. Results that lie in their memory go out through fresh arrays over it.
  #take(args: readonly unknown[], operands: (Elements | null)[], donation: Donation): void {
    const sources = this.#sources;
    for (let i = 0; i < args.length; i++) {
      const source = sources[i]!;
      const x = args[i];
      if (source.kind !== 'argument' || !source.donated || !(x instanceof EagerTensor)) continue;
      const taken = x.donate(donation);
      if (!source.moved || taken === null || operands[i] !== taken) continue;
      operands[i] = taken.subarray(0);
      follow(taken, operands[i] as TypedArray);
    }
  }

  #result(sink: Sink, operands: readonly (Elements | null)[], args: readonly unknown[]): Tensor {
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
    const elements = operands[sink.array]!;
    return isArray(elements)
      ? new EagerTensor(viewOf(sink, elements), sink.type)
      : new EagerTensor(null, sink.type, elements);
  }

  // All new states are found before the first is assigned: variables may swap their values.
  #assign(operands: readonly (Elements | null)[], args: readonly unknown[]): void {
    const changes = this.#states.map(({ variable, sink }) => {
      const source = this.#sources[sink.array];
      const own = source?.kind === 'variable' && source.variable === variable;
      if (own && !sink.shared) return null;
      if (source === undefined && !sink.shared) return operands[sink.array] as TypedArray;
      return this.#result(sink, operands, args).requireView();
    });
    this.#states.forEach(({ variable }, k) => {
      const change = changes[k]!;
      if (change === null) return;
      if ('dtype' in change) variable.replaceState(change);
      else variable.adopt(change);
    });
  }
}

function isArray(elements: Elements): elements is TypedArray {
  return ArrayBuffer.isView(elements);
}

function input(source: Source, x: unknown, settle: Settle | null): Elements {
  switch (source.kind) {
    case 'argument': {
      if (!(x instanceof EagerTensor)) return Number(x);
      const elements = x.elements();
      if (!source.whole || typeof elements === 'number') return elements;
      const array = isArray(elements) ? elements : x.requireView().data;
      return settle !== null && source.overwritten ? settled(array, source.type.dtype, settle) : array;
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

// The elements of an argument.
function arrayOf(x: unknown, { dtype }: TensorType): TypedArray {
  return x instanceof EagerTensor ? flatData(x.requireView()) : allocate(dtype, 1).fill(Number(x));
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
