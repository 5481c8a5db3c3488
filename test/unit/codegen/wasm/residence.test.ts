// What stays in the WebAssembly memory between calls: arguments met before, results that come in again, state that lives there.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import {
  givePiece,
  isShared,
  takePiece,
  wasmMemory,
  wasmMemoryUse,
} from '../../../../src/codegen/wasm/memory.ts';
import { compileWasm } from '../../../../src/codegen/wasm/program.ts';
import { follow, isResident, outdate, settle } from '../../../../src/codegen/wasm/residence.ts';
import { jit, type Tensor, tensor, variable, zeros } from '../../../../src/index.ts';
import type { Kernel } from '../../../../src/loop/kernel.ts';
import * as k from '../../../../src/loop/make.ts';
import { programOf } from '../programs.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

// More than is copied at each call.
const n = 5000;

/** y = b + 1, z = a + 10. */
const crosswise: Kernel = {
  name: 'crosswise',
  buffers: [
    { name: 'a', type: 'f32', size: n, role: 'in' },
    { name: 'b', type: 'f32', size: n, role: 'in' },
    { name: 'y', type: 'f32', size: n, role: 'out' },
    { name: 'z', type: 'f32', size: n, role: 'out' },
  ],
  body: [
    k.lanedLoop('i', n, [
      k.store('y', k.index('i'), k.add(k.load('f32', 'b', k.index('i')), k.f32(1))),
      k.store('z', k.index('i'), k.add(k.load('f32', 'a', k.index('i')), k.f32(10))),
    ]),
  ],
};

/** y = y + a. */
const adding: Kernel = {
  name: 'adding',
  buffers: [
    { name: 'a', type: 'f32', size: n, role: 'in' },
    { name: 'y', type: 'f32', size: n, role: 'inout' },
  ],
  body: [
    k.lanedLoop('i', n, [
      k.store('y', k.index('i'), k.add(k.load('f32', 'y', k.index('i')), k.load('f32', 'a', k.index('i')))),
    ]),
  ],
};
/** `adding` with y as its second input, which is also its result. */
const addingProgram = {
  ...programOf(adding),
  slots: programOf(adding).slots.map((s) =>
    s.place.kind === 'output' ? { ...s, place: { kind: 'input', index: 1 } as const } : s,
  ),
  inputs: [0, 1],
};

const filled = (value: number): Float32Array => new Float32Array(n).fill(value);
const ends = (x: ArrayLike<number>): unknown[] => [x[0], x[n - 1]];

describe('arguments', () => {
  test('met at the last call are not copied again, unless somebody says that they were written', () => {
    const run = compileWasm(addingProgram);
    const a = filled(1);
    const y = filled(0);
    run([a, y]);
    a[0] = 100;
    run([a, y]);
    expect(ends(y)).toEqual([2, 2]);
    outdate(a);
    run([a, y]);
    expect(ends(y)).toEqual([102, 3]);
  });

  test('that are results of other calls, of one program or several, hold what they held', () => {
    const call = fc.record({
      program: fc.nat(1),
      a: fc.nat(20),
      b: fc.nat(20),
    });
    fc.assert(
      fc.property(fc.array(call, { maxLength: 25 }), (calls) => {
        const programs = [compileWasm(programOf(crosswise)), compileWasm(programOf(crosswise))];
        // The arrays there are, the latest last, and what should be in all of their elements.
        const arrays = [filled(1), filled(2)];
        const model = [1, 2];
        for (const { program, a, b } of calls) {
          const [i, j] = [Math.max(0, arrays.length - 1 - a), Math.max(0, arrays.length - 1 - b)];
          const [y, z] = [filled(0), filled(0)];
          programs[program]!([arrays[i]!, arrays[j]!, y, z]);
          model.push(model[j]! + 1, model[i]! + 10);
          arrays.push(y, z);
          expect(arrays.map(ends)).toEqual(model.map((x) => [x, x]));
        }
      }),
      { numRuns: 60 },
    );
  });

  test('that are always the last results take no more memory as time goes by', () => {
    const run = compileWasm(programOf(crosswise));
    let [a, b] = [filled(1), filled(2)];
    const round = (): void => {
      const [y, z] = [filled(0), filled(0)];
      run([a, b, y, z]);
      [a, b] = [y, z];
    };
    for (let i = 0; i < 3; i++) round();
    const { used } = wasmMemoryUse();
    for (let i = 0; i < 50; i++) round();
    expect(wasmMemoryUse().used).toBe(used);
  });
});

describe('residents', () => {
  test('are updated where they are', () => {
    const run = compileWasm(addingProgram);
    const before = wasmMemoryUse().used;
    const home = settle('float32', n)!;
    expect(home.data.buffer).toBe(wasmMemory().buffer);
    home.data.fill(5);
    const a = filled(1);
    for (let i = 0; i < 3; i++) run([a, home.data]);
    expect(ends(home.data)).toEqual([8, 8]);
    const next = home.data.subarray(0);
    follow(home.data, next);
    expect(isResident(next)).toBe(true);
    run([a, next]);
    expect(ends(home.data)).toEqual([9, 9]);
    home.give();
    expect(isResident(home.data)).toBe(false);
    // The program has a region and a copy of a.
    expect(wasmMemoryUse().used - before).toBeLessThan(2 * 4 * n);
  });

  test('go back when they are collected', async () => {
    const before = wasmMemoryUse().used;
    for (let i = 0; i < 50; i++) settle('float32', 100_000);
    expect(wasmMemoryUse().used).toBeGreaterThan(before + 4_000_000);
    for (let i = 0; i < 10 && wasmMemoryUse().used > before; i++) {
      collect();
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(wasmMemoryUse().used).toBeLessThanOrEqual(before);
  });

  test('leave room for programs', () => {
    expect(settle('float32', 2 ** 29 + 1)).toBeNull();
  });

  test('are the state of variables; a value that was read never changes', () => {
    const v = variable(zeros([n]));
    const step = jit((x: Tensor) => void v.assignAdd(x), { backend: 'wasm' });
    const x = tensor(filled(1));
    step(x);
    const { data } = v.peek();
    expect(isResident(data)).toBe(true);
    const kept = v.value();
    step(x);
    expect(v.peek().data).toBe(data);
    expect([kept.slice(0).item(), v.slice(0).item()]).toEqual([1, 2]);
    const { used } = wasmMemoryUse();
    v.assign(zeros([n]));
    expect(wasmMemoryUse().used).toBeLessThan(used);
    step(x);
    expect(v.slice(n - 1).item()).toBe(1);
  });

  test('are shared by programs: what one writes another reads', () => {
    const v = variable(zeros([n]));
    const [write, read] = [
      jit((x: Tensor) => void v.assignAdd(x), { backend: 'wasm' }),
      jit(() => v.mul(2), { backend: 'wasm' }),
    ];
    const inJavaScript = jit((x: Tensor) => void v.assignAdd(x), { backend: 'js' });
    const x = tensor(filled(1));
    const seen: unknown[] = [];
    for (let i = 0; i < 3; i++) {
      write(x);
      seen.push(read().slice(0).item());
      inJavaScript(x);
      seen.push(read().slice(0).item());
    }
    expect(seen).toEqual([2, 4, 6, 8, 10, 12]);
  });

  test('that JavaScript updates before they are residents are not remembered as they were', () => {
    const v = variable(zeros([n]));
    const read = jit(() => v.mul(2), { backend: 'wasm' });
    const write = jit((x: Tensor) => void v.assignAdd(x), { backend: 'js' });
    const x = tensor(filled(1));
    const seen: unknown[] = [];
    for (let i = 0; i < 3; i++) {
      write(x);
      seen.push(read().slice(0).item());
    }
    expect(seen).toEqual([2, 4, 6]);
  });

  test('are donated state, from the second step on', () => {
    const step = jit((s: Tensor, x: Tensor) => s.add(x), { donate: [0], backend: 'wasm' });
    const x = tensor(filled(1));
    let s: Tensor = zeros([n]);
    s = step(s, x);
    const { data } = s.requireView();
    expect(isResident(data)).toBe(true);
    const { used } = wasmMemoryUse();
    for (let i = 0; i < 5; i++) s = step(s, x);
    expect(wasmMemoryUse().used).toBe(used);
    expect(s.requireView().data.byteOffset).toBe(data.byteOffset);
    expect(ends(s.data())).toEqual([6, 6]);
    // Elements handed out are the caller's own.
    expect(s.data().buffer).toBeInstanceOf(ArrayBuffer);
  });
});

describe('addresses', () => {
  test('beyond 2 GB are as good as others', () => {
    const far = takePiece(2.2 * 2 ** 30, 'a test', 'its room');
    try {
      const run = compileWasm(programOf(crosswise));
      // Larger than what programs that are gone may have left free below.
      const home = settle('float32', 2 ** 27)!;
      expect(home.data.byteOffset).toBeGreaterThan(2 ** 31);
      const data = home.data.subarray(0, n);
      follow(home.data, data);
      data.fill(3);
      const [y, z] = [filled(0), filled(0)];
      run([data, filled(4), y, z]);
      run([z, y, data, y]);
      expect([ends(data), ends(y)]).toEqual([
        [6, 6],
        [23, 23],
      ]);
      home.give();
    } finally {
      givePiece(far);
    }
  });
});

describe('without shared memory', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.resetModules();
  });

  test('arguments are copied, and growth breaks nothing', async () => {
    const { Memory } = WebAssembly;
    const Unshared = new Proxy(Memory, {
      construct(target, [descriptor]: [WebAssembly.MemoryDescriptor]) {
        if (descriptor.shared) throw new RangeError('no');
        return new target(descriptor);
      },
    });
    vi.stubGlobal('WebAssembly', Object.assign(Object.create(WebAssembly), { Memory: Unshared }));
    vi.resetModules();
    const memory = await import('../../../../src/codegen/wasm/memory.ts');
    const residence = await import('../../../../src/codegen/wasm/residence.ts');
    const program = await import('../../../../src/codegen/wasm/program.ts');
    expect([isShared(), memory.isShared()]).toEqual([true, false]);
    expect(residence.settle('float32', n)).toBeNull();
    const run = program.compileWasm(programOf(crosswise));
    let [a, b] = [filled(1), filled(2)];
    for (let i = 0; i < 4; i++) {
      const [y, z] = [filled(0), filled(0)];
      run([a, b, y, z]);
      [a, b] = [y, z];
      const before = memory.wasmMemory().buffer;
      memory.takePiece(20_000_000, 'a test', 'growth');
      expect(before.byteLength).toBe(0);
    }
    expect([ends(a), ends(b)]).toEqual([
      [23, 23],
      [24, 24],
    ]);
  });
});
