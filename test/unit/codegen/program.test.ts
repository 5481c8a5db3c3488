// Whole programs: memory, sharing of kernels, errors at run time, and what may not become code.
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { TypedArray } from '../../../src/array/nd.ts';
import { interpreterOf } from '../../../src/codegen/interpreter.ts';
import { compileProgram, emitProgram } from '../../../src/codegen/js/program.ts';
import type { TensorType } from '../../../src/ir/types.ts';
import type { Expr, Kernel, ScalarFunction } from '../../../src/loop/kernel.ts';
import * as k from '../../../src/loop/make.ts';
import { erf, sigmoid } from '../../../src/loop/math.ts';
import type { Place, Program, Slot, Step } from '../../../src/lower/program.ts';
import { ArgumentError, InternalError } from '../../../src/util/errors.ts';
import { programOf } from './programs.ts';

const f32 = (...shape: number[]): TensorType => ({ dtype: 'float32', shape });
const slots = (...places: [TensorType, Place][]): Slot[] =>
  places.map(([type, place], id) => ({ id, type, place }));
const input = (index: number): Place => ({ kind: 'input', index });
const output = (index: number): Place => ({ kind: 'output', index });
const run = (kernel: Kernel, ...bound: number[]): Step => ({ kind: 'run', kernel, slots: bound });

/** y = f(a), elementwise on eight elements. */
function map(name: string, f: (x: Expr) => Expr): Kernel {
  return {
    name,
    buffers: [
      { name: 'a', type: 'f32', size: 8, role: 'in' },
      { name: 'y', type: 'f32', size: 8, role: 'out' },
    ],
    body: [k.loop('i', 8, [k.store('y', k.index('i'), f(k.load('f32', 'a', k.index('i'))))])],
  };
}
const double = map('double', (x) => k.mul(x, k.f32(2)));
const doubleAgain = map('twice', (x) => k.mul(x, k.f32(2)));
const increment = map('increment', (x) => k.add(x, k.f32(1)));

function results(program: Program, inputs: readonly TypedArray[], outputs: readonly TypedArray[]): void {
  compileProgram(program).run([...inputs, ...outputs]);
  const again = outputs.map((a) => a.slice());
  interpreterOf(program)([...inputs, ...again]);
  expect(again).toEqual(outputs);
}

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('memory', () => {
  test('arena, constants, aliases, copies', () => {
    const program: Program = {
      name: 'memory',
      slots: slots(
        [f32(8), input(0)],
        [f32(8), { kind: 'arena', offset: 0 }],
        [f32(2, 4), { kind: 'alias', of: 1 }],
        [f32(8), { kind: 'arena', offset: 64 }],
        [f32(8), output(0)],
        [f32(8), { kind: 'constant', data: [1, 2, 3, 4, 5, 6, 7, -0] }],
        [f32(8), output(1)],
        [f32(4, 2), { kind: 'alias', of: 0 }],
      ),
      inputs: [0],
      outputs: [4, 6, 7],
      steps: [
        run(double, 0, 1),
        run(increment, 2, 3),
        { kind: 'copy', from: 3, to: 4 },
        run(doubleAgain, 5, 6),
      ],
      arenaBytes: 128,
    };
    const a = Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8);
    const [y, constant] = [new Float32Array(8), new Float32Array(8)];
    results(program, [a], [y, constant]);
    expect([...y]).toEqual([3, 5, 7, 9, 11, 13, 15, 17]);
    expect([...constant]).toEqual([2, 4, 6, 8, 10, 12, 14, -0]);
    expect([...a]).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  test.each<[string, Partial<Program>]>([
    ['an alias of nothing', { slots: slots([f32(8), input(0)], [f32(8), { kind: 'alias', of: 9 }]) }],
    [
      'aliases in a circle',
      { slots: slots([f32(8), { kind: 'alias', of: 1 }], [f32(8), { kind: 'alias', of: 0 }]) },
    ],
    ['an alias of another size', { slots: slots([f32(8), input(0)], [f32(4), { kind: 'alias', of: 0 }]) }],
    [
      'a slot outside of the arena',
      { slots: slots([f32(8), input(0)], [f32(8), { kind: 'arena', offset: 32 }]) },
    ],
    ['a buffer of another size', { slots: slots([f32(8), input(0)], [f32(4), output(0)]) }],
    ['a kernel with too few slots', { steps: [run(double, 0)] }],
    ['a step on a slot that is not there', { steps: [{ kind: 'copy', from: 0, to: 7 }] }],
  ])('%s is refused', (_, over) => {
    const sound: Program = {
      name: 'sound',
      slots: slots([f32(8), input(0)], [f32(8), output(0)]),
      inputs: [0],
      outputs: [1],
      steps: [run(double, 0, 1)],
      arenaBytes: 48,
    };
    expect(() => emitProgram(sound)).not.toThrow();
    expect(() => emitProgram({ ...sound, ...over })).toThrow(InternalError);
  });
});

describe('source', () => {
  test('kernels of one text are one function; those of one name are two', () => {
    const program: Program = {
      name: 'shared: a/b',
      slots: slots([f32(8), input(0)], [f32(8), { kind: 'arena', offset: 0 }], [f32(8), output(0)]),
      inputs: [0],
      outputs: [2],
      steps: [
        run(double, 0, 1),
        run(doubleAgain, 1, 2),
        run({ ...increment, name: 'double' }, 2, 1),
        run(double, 1, 2),
      ],
      arenaBytes: 32,
    };
    expect(emitProgram(program)).toBe(`'use strict';

const $slot1 = new Float32Array(arena, 0, 8);

function double(a, y) {
  for (let i = 0; i < 8; i++) {
    y[i] = a[i] * 2;
  }
}

function double_1(a, y) {
  for (let i = 0; i < 8; i++) {
    y[i] = a[i] + 1;
  }
}

return function run(arrays) {
  double(arrays[0], $slot1);
  double($slot1, arrays[1]);
  double_1(arrays[1], $slot1);
  double($slot1, arrays[1]);
}

//# sourceURL=tracejit/shared__a_b.js
`);
    const y = new Float32Array(8);
    results(program, [new Float32Array(8).fill(1)], [y]);
    expect(y[0]).toBe(10);
  });

  test('a kernel may have any name that the program uses itself', () => {
    for (const name of ['run', 'arrays', 'arena', 'support', 'constants', 'a']) {
      const y = new Float32Array(8);
      results(programOf({ ...double, name }), [new Float32Array(8).fill(3)], [y]);
      expect(y[0]).toBe(6);
    }
  });

  test('scratch memory is shared by the kernels and is no argument of the program', () => {
    const through = (type: 'f32' | 'f64', size: number): Kernel => ({
      name: `through_${type}`,
      buffers: [...double.buffers, { name: 'panel', type, size, role: 'scratch' }],
      body: [
        k.loop('i', 8, [
          k.store(
            'panel',
            k.index('i'),
            k.mul(k.convert(type, k.load('f32', 'a', k.index('i'))), k.constOf(type, 0.1)),
          ),
          k.store('y', k.index('i'), k.convert('f32', k.load(type, 'panel', k.index('i')))),
        ]),
      ],
    });
    const program: Program = {
      ...programOf(double),
      steps: [run(through('f64', 8), 0, 1), run(through('f32', 16), 0, 1), run(through('f64', 32), 0, 1)],
    };
    const source = emitProgram(program);
    expect(source).toContain(
      'const $scratch_f64_0 = new Float64Array(32);\nconst $scratch_f32_0 = new Float32Array(16);',
    );
    expect(source.match(/function through_f64/g)).toHaveLength(1);
    const y = new Float32Array(8);
    results(program, [new Float32Array(8).fill(3)], [y]);
    expect(y[0]).toBe(Math.fround(3 * 0.1));
  });

  test('the variables of a tile share a declaration', () => {
    const names = Array.from({ length: 12 }, (_, i) => `accumulator_${i}`);
    const kernel: Kernel = {
      ...double,
      body: [
        ...names.map((name) => k.variable(name, k.f32(0))),
        ...names.map((name, i) => k.store('y', k.i32(i % 8), k.local('f32', name))),
      ],
    };
    expect(emitProgram(programOf(kernel))).toContain(
      `  let accumulator_0 = 0, accumulator_1 = 0, accumulator_2 = 0, accumulator_3 = 0, accumulator_4 = 0,
    accumulator_5 = 0, accumulator_6 = 0, accumulator_7 = 0, accumulator_8 = 0, accumulator_9 = 0,
    accumulator_10 = 0, accumulator_11 = 0;
`,
    );
  });
});

describe('assertions', () => {
  const message = '`process.exit(1)` "quoted" \\ \n\u2028 // */ index out of bounds';
  const checked: Kernel = {
    ...double,
    body: [
      k.loop('i', 8, [
        k.assert(k.compare('lt', k.load('f32', 'a', k.index('i')), k.f32(5)), message, k.index('i')),
      ]),
      ...double.body,
    ],
  };

  test('throw their message, which never becomes code', () => {
    const program = programOf(checked);
    const y = new Float32Array(8);
    expect(emitProgram(program)).not.toContain('process');
    const compiled = compileProgram(program);
    const bad = Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8);
    for (const execute of [compiled.run, interpreterOf(program)]) {
      expect(() => execute([bad, y])).toThrow(ArgumentError);
      expect(() => execute([bad, y])).toThrow(`${message}: got 4`);
    }
    expect([...y]).toEqual(new Array(8).fill(0));
    compiled.run([new Float32Array(8).fill(1), y]);
    expect([...y]).toEqual(new Array(8).fill(2));
  });
});

describe('only names and numbers become code', () => {
  const hostile = [
    'x; globalThis.stolen = 1',
    'a b',
    '',
    '1a',
    '$x',
    'a`',
    'été',
    'a\u2028b',
    'return',
    'await',
    'Math',
    'eval',
    'arguments',
  ];

  test.each(hostile)('the name %j is refused everywhere', (name) => {
    const store = (value: Expr): Kernel => ({ ...double, body: [k.store('y', k.i32(0), value)] });
    const kernels: Kernel[] = [
      { ...double, name },
      { ...double, buffers: [{ ...double.buffers[0]!, name }, double.buffers[1]!] },
      { ...double, body: [k.loop(name, 8, [])] },
      { ...double, body: [k.letIn(name, k.f32(1))] },
      { ...double, body: [k.variable(name, k.f32(1))] },
      {
        ...double,
        body: [
          { kind: 'reduce', name, op: 'add', type: 'f32', index: 'r', extent: 9, body: [], value: k.f32(1) },
        ],
      },
      {
        ...double,
        body: [
          {
            kind: 'reduce',
            name: 's',
            op: 'max',
            type: 'f32',
            index: name,
            extent: 9,
            body: [],
            value: k.f32(1),
          },
        ],
      },
      { ...double, body: [k.store(name, k.i32(0), k.f32(1))] },
      store(k.local('f32', name)),
      store(k.load('f32', name, k.i32(0))),
    ];
    for (const kernel of kernels) expect(() => emitProgram(programOf(kernel))).toThrow(InternalError);
  });

  // What a function binds is spelled with the function's name in front, so reserved words are no danger there.
  test.each(hostile.filter((name) => /\W/.test(name)))('the name %j is refused in functions', (name) => {
    const element = k.load('f32', 'a', k.i32(0));
    const sum = k.add(k.local('f32', 'p'), k.f32(1));
    const f: ScalarFunction = {
      name: 'f',
      params: [{ name: 'p', type: 'f32' }],
      lets: [{ name: 'q', value: sum }],
      result: k.mul(k.local('f32', 'q'), k.local('f32', 'q')),
    };
    const free = k.local('f32', name);
    for (const broken of [
      { ...f, name },
      { ...f, params: [{ name, type: 'f32' as const }], lets: [], result: k.mul(free, free) },
      { ...f, lets: [{ name, value: sum }], result: k.mul(free, free) },
      { ...f, result: free },
    ]) {
      const kernel: Kernel = { ...double, body: [k.store('y', k.i32(0), k.call(broken, element))] };
      expect(() => emitProgram(programOf(kernel))).toThrow(InternalError);
    }
  });

  const text = '0);globalThis.stolen=1;(0' as unknown as number;

  test.each<[string, () => Program]>([
    ['an extent', () => programOf({ ...double, body: [k.loop('i', text, [])] })],
    [
      'the extent of a reduction',
      () =>
        programOf({
          ...double,
          body: [
            {
              kind: 'reduce',
              name: 's',
              op: 'max',
              type: 'f32',
              index: 'r',
              extent: text,
              body: [],
              value: k.f32(1),
            },
          ],
        }),
    ],
    [
      'a constant',
      () =>
        programOf({ ...double, body: [k.store('y', k.i32(0), { kind: 'const', type: 'f32', value: text })] }),
    ],
    [
      'a constant index',
      () =>
        programOf({ ...double, body: [k.store('y', { kind: 'const', type: 'i32', value: text }, k.f32(0))] }),
    ],
    [
      'a parameter number',
      () => ({ ...programOf(double), slots: slots([f32(8), input(text)], [f32(8), output(0)]) }),
    ],
    [
      'an arena offset',
      () => ({
        ...programOf(double),
        slots: slots([f32(8), { kind: 'arena', offset: text }], [f32(8), output(0)]),
      }),
    ],
    [
      'a scratch size',
      () =>
        programOf({
          ...double,
          buffers: [...double.buffers, { name: 's', type: 'f64', size: text, role: 'scratch' }],
        }),
    ],
  ])('text in the place of %s is refused', (_, make) => {
    expect(() => emitProgram(make())).toThrow(InternalError);
  });

  test('a program name cannot leave its comment', () => {
    const source = emitProgram({ ...programOf(double), name: 'x\nevil()\u2028//' });
    expect(source.split('\n').at(-2)).toBe('//# sourceURL=tracejit/x_evil_____.js');
  });
});

describe('without permission to generate code', () => {
  test('the interpreter runs the same program, and says so', () => {
    const program = programOf(map('wave', (x) => k.unary('sqrt', k.add(k.mul(x, x), k.f32(0.1)))));
    const a = Float32Array.from({ length: 8 }, (_, i) => i - 3.3);
    const [fast, slow] = [new Float32Array(8), new Float32Array(8)];
    const compiled = compileProgram(program);
    expect(compiled.engine).toBe('javascript');
    compiled.run([a, fast]);
    vi.stubGlobal('Function', function refuse() {
      throw new EvalError('Code generation from strings disallowed for this context');
    });
    const interpreted = compileProgram(program);
    expect(interpreted.engine).toBe('interpreter');
    expect(interpreted.source).toBe(compiled.source);
    interpreted.run([a, slow]);
    expect(slow).toEqual(fast);
  });
});

test('a call in steady state allocates nothing', () => {
  // A function of this size is not inlined, and then its argument and its result would be objects.
  const wave = map('wave', (x) => k.add(k.call(erf, x), k.call(sigmoid, x)));
  const program: Program = {
    name: 'steady',
    slots: slots([f32(8), input(0)], [f32(8), { kind: 'arena', offset: 0 }], [f32(8), output(0)]),
    inputs: [0],
    outputs: [2],
    steps: [run(double, 0, 1), run(wave, 1, 2), { kind: 'copy', from: 1, to: 2 }],
    arenaBytes: 32,
  };
  const compiled = compileProgram(program);
  const arrays = [new Float32Array(8), new Float32Array(8)];
  const calls = (count: number): void => {
    for (let i = 0; i < count; i++) compiled.run(arrays);
  };
  const growth = (count: number): number => {
    const before = process.memoryUsage().heapUsed;
    calls(count);
    return process.memoryUsage().heapUsed - before;
  };
  calls(20_000);
  // So few calls that a collection in between is rare, and the median does not see it. One boxed number per call would be 24 kB.
  const growths = Array.from({ length: 11 }, () => growth(2000)).sort((a, b) => a - b);
  expect(growths[5]).toBeLessThan(12_000);
});
