// The JavaScript of a whole program: one readable source text, specialised to its sizes, and the function made of it.
import type { TypedArray } from '../../array/nd.ts';
import { type DType, sizeOf } from '../../ir/types.ts';
import { expandCalls } from '../../loop/expand.ts';
import { spellName, spellPrelude } from '../../loop/javascript.ts';
import type { Kernel, Scalar } from '../../loop/kernel.ts';
import { freshName } from '../../loop/names.ts';
import { allSteps, type Program, type Step } from '../../lower/program.ts';
import { functionFrom } from '../../util/code.ts';
import { invariant } from '../../util/errors.ts';
import { range } from '../../util/seq.ts';
import { interpreterOf } from '../interpreter.ts';
import {
  argumentIndex,
  checkBinding,
  constantsOf,
  type Located,
  locate,
  type Mark,
  unmarked,
} from '../memory.ts';
import { block } from './context.ts';
import { spellCount, spellKernel } from './kernel.ts';
import { type Support, supportFor } from './support.ts';

export interface CompiledProgram {
  /** What runs, or what would run where code may be generated. */
  readonly source: string;
  /** `interpreter` where a content-security policy forbids code generation: the same bits, slowly. */
  readonly engine: 'javascript' | 'interpreter';
  /**
   * Runs the program. `arrays` holds the array of each parameter, then the array of each result at `inputs.length + index`;
   * a result that is an input's memory has none, and may be a hole. Allocates nothing.
   */
  run(arrays: readonly TypedArray[]): void;
}

/**
 * The body of a function `(support, arena, constants)` that returns `run(arrays)`.
 * Made of nothing but the program's checked names and numbers: messages of assertions stay data, and constants too.
 */
export function emitProgram(program: Program): string {
  return spellProgram(program).source;
}

/** `mark` is told of mark steps. */
export function compileProgram(program: Program, mark: Mark = unmarked): CompiledProgram {
  const { source, messages, effects } = spellProgram(program);
  const make = functionFrom(['support', 'arena', 'constants'], source) as Make | null;
  if (make === null) return { source, engine: 'interpreter', run: interpreterOf(program, mark) };
  const run = make(
    supportFor(messages, effects, mark),
    new ArrayBuffer(program.arenaBytes),
    constantsOf(program),
  );
  return { source, engine: 'javascript', run };
}

type Make = (
  support: Support,
  arena: ArrayBuffer,
  constants: readonly TypedArray[],
) => CompiledProgram['run'];

const arrayTypes: Readonly<Record<DType, string>> = {
  float32: 'Float32Array',
  int32: 'Int32Array',
  bool: 'Uint8Array',
};
const scratchTypes: Readonly<Record<Scalar, string>> = {
  f32: 'Float32Array',
  f64: 'Float64Array',
  i32: 'Int32Array',
  bool: 'Uint8Array',
};

function spellProgram(program: Program): {
  readonly source: string;
  readonly messages: readonly string[];
  readonly effects: Support['effects'];
} {
  const located = locate(program);
  const functions = new Functions();
  const stepped = new Steps(program, located, functions);
  const calls = stepped.spell(program.steps);
  const prelude = spellPrelude(functions.kernels.flatMap((k) => k.body));
  const memory = [
    ...program.slots.flatMap((slot) => spellMemory(located.get(slot.id)!, program)),
    ...functions.scratchMemory(),
  ];
  const parts = [
    "'use strict';",
    ...(functions.messages.length > 0 ? ['const $fail = support.fail;'] : []),
    ...(stepped.effects.length > 0 ? ['const $effects = support.effects;'] : []),
    ...(prelude === '' ? [] : [prelude]),
    ...(memory.length > 0 ? [memory.join('\n')] : []),
    ...functions.texts,
    block('return function run(arrays)', [...stepped.bindings(), ...calls]).join('\n'),
    `//# sourceURL=tracejit/${program.name.replace(/[^A-Za-z0-9_-]/g, '_')}.js`,
  ];
  return { source: `${parts.join('\n\n')}\n`, messages: functions.messages, effects: stepped.effects };
}

/** The kernels of a program as functions. Kernels of one text share one function, and all share the memory of their scratch buffers. */
class Functions {
  readonly texts: string[] = [];
  readonly kernels: Kernel[] = [];
  readonly messages: string[] = [];
  readonly #names = new Map<string, string>();
  // Kernels that repeat are one object but for their names, and spelled once.
  readonly #spelled = new Map<
    Kernel['body'],
    { readonly buffers: Kernel['buffers']; readonly name: string }
  >();
  readonly #taken = new Set(['support', 'arena', 'constants', 'arrays', 'run']);
  readonly #scratch = new Map<string, { readonly type: Scalar; size: number }>();

  /** The call of a kernel on its buffers. */
  callOf(called: Kernel, args: readonly string[]): string {
    return `${this.#nameOf(called)}(${[...args, ...this.#scratchFor(called)].join(', ')});`;
  }

  #nameOf(called: Kernel): string {
    const before = this.#spelled.get(called.body);
    if (before?.buffers === called.buffers) return before.name;
    const kernel = expandCalls(called);
    const text = spellKernel(kernel, 'kernel', (message) => this.#messageIndex(message));
    let name = this.#names.get(text);
    if (name === undefined) {
      name = freshName(spellName(kernel.name), this.#taken);
      this.#names.set(text, name);
      this.texts.push(text.replace('function kernel(', `function ${name}(`));
      this.kernels.push(kernel);
    }
    this.#spelled.set(called.body, { buffers: called.buffers, name });
    return name;
  }

  /** The declarations of scratch memory, as large as the kernels need. */
  scratchMemory(): string[] {
    return [...this.#scratch].map(
      ([name, { type, size }]) => `const ${name} = new ${scratchTypes[type]}(${size});`,
    );
  }

  /** The n-th scratch buffer of a type is the same memory in all kernels: each finds it undefined, and it stays in the cache. */
  #scratchFor(kernel: Kernel): string[] {
    const counts = new Map<Scalar, number>();
    return kernel.buffers.flatMap(({ role, type, size }) => {
      if (role !== 'scratch') return [];
      const n = counts.get(type) ?? 0;
      counts.set(type, n + 1);
      const name = `$scratch_${type}_${n}`;
      const known = this.#scratch.get(name)?.size ?? 0;
      this.#scratch.set(name, { type, size: Math.max(known, Number(spellCount(size))) });
      return [name];
    });
  }

  #messageIndex(message: string): number {
    const known = this.messages.indexOf(message);
    return known >= 0 ? known : this.messages.push(message) - 1;
  }
}

class Steps {
  readonly #program: Program;
  readonly #located: ReadonlyMap<number, Located>;
  readonly #functions: Functions;
  // Loops name arguments once, before they begin.
  readonly #hasLoops: boolean;
  readonly #bound = new Set<number>();
  readonly effects: Support['effects'][number][] = [];

  constructor(program: Program, located: ReadonlyMap<number, Located>, functions: Functions) {
    this.#program = program;
    this.#located = located;
    this.#functions = functions;
    this.#hasLoops = allSteps(program.steps).some((s) => s.kind === 'while');
  }

  /** What names arguments, after the steps are spelled. */
  bindings(): readonly string[] {
    return [...this.#bound].map((argument) => `const $array${argument} = arrays[${argument}];`);
  }

  spell(steps: readonly Step[]): string[] {
    return steps.flatMap((step) => this.#step(step));
  }

  #step(step: Step): readonly string[] {
    switch (step.kind) {
      case 'run':
        checkBinding(step.kernel, step.slots, this.#located);
        return [
          this.#functions.callOf(
            step.kernel,
            step.slots.map((id) => this.#arrayOf(id)),
          ),
        ];
      case 'effect': {
        const names = step.slots.map((id) => this.#arrayOf(id));
        const shown = step.effect.fails ? names.slice(1) : names;
        const number = this.effects.push((...arrays) => step.effect.run(arrays)) - 1;
        const call = `$effects[${spellCount(number)}](${shown.join(', ')});`;
        return [step.effect.fails ? `if (${names[0]}[0] === 0) ${call}` : call];
      }
      case 'copy': {
        const [to, from] = [this.#arrayOf(step.to), this.#arrayOf(step.from)];
        // A call costs more than a few elements.
        const size = sizeOf(this.#located.get(step.to)!.slot.type.shape);
        if (size > copiedOneByOne) return [`${to}.set(${from});`];
        return range(size).map((i) => `${to}[${i}] = ${from}[${i}];`);
      }
      case 'mark':
        return [`support.mark(${spellCount(step.id)});`];
      case 'if': {
        const selector = `${this.#arrayOf(step.selector)}[0]`;
        const isBool = this.#located.get(step.selector)?.slot.type.dtype === 'bool';
        const last = step.branches.length - 1;
        return step.branches.flatMap((branch, k) => {
          const test = isBool ? `${selector} !== 0` : `${selector} <= ${spellCount(k)}`;
          const head = k < last ? `if (${test})` : '';
          const lines = block(k > 0 ? `else ${head}`.trimEnd() : head, this.spell(branch));
          return lines;
        });
      }
      case 'while':
        return block('for (;;)', [
          ...this.spell(step.before),
          `if (${this.#arrayOf(step.cond)}[0] === 0) break;`,
          ...this.spell(step.body),
        ]);
    }
  }

  #arrayOf(id: number): string {
    const place = this.#located.get(id);
    invariant(place !== undefined, `step on slot ${id}, which does not exist`);
    const argument = argumentIndex(place.memory, this.#program);
    if (argument === undefined) return slotName(id);
    if (!this.#hasLoops) return `arrays[${spellCount(argument)}]`;
    this.#bound.add(argument);
    return `$array${spellCount(argument)}`;
  }
}

const copiedOneByOne = 4;

const slotName = (id: number): string => `$slot${spellCount(id)}`;

function spellMemory({ slot, memory }: Located, program: Program): string[] {
  switch (memory.kind) {
    case 'input':
    case 'output':
      return [];
    case 'arena':
      return [
        `const ${slotName(slot.id)} = new ${arrayTypes[slot.type.dtype]}(arena, ${spellCount(memory.offset)}, ${spellCount(sizeOf(slot.type.shape))});`,
      ];
    case 'constant': {
      const constants = program.slots.filter((s) => s.place.kind === 'constant');
      const at = constants.findIndex((s) => s.place === memory);
      return [`const ${slotName(slot.id)} = constants[${spellCount(at)}];`];
    }
  }
}
