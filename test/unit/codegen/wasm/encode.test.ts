// Bytes of the binary format, and whole modules by what the engine makes of them.
import { describe, expect, test } from 'vitest';
import { Bytes } from '../../../../src/codegen/wasm/bytes.ts';
import { Code } from '../../../../src/codegen/wasm/code.ts';
import { encodeModule, exportName, memoryImport } from '../../../../src/codegen/wasm/module.ts';
import { InternalError } from '../../../../src/util/errors.ts';

function written(write: (bytes: Bytes) => void): number[] {
  const bytes = new Bytes();
  write(bytes);
  return [...bytes.view];
}

describe('numbers', () => {
  test.each([
    [0, [0]],
    [127, [0x7f]],
    [128, [0x80, 0x01]],
    [624485, [0xe5, 0x8e, 0x26]],
    [2 ** 32 - 1, [0xff, 0xff, 0xff, 0xff, 0x0f]],
  ])('unsigned %i', (x, expected) => {
    expect(written((b) => b.u32(x))).toEqual(expected);
  });

  test.each([
    [0, [0]],
    [63, [0x3f]],
    [64, [0xc0, 0x00]],
    [-1, [0x7f]],
    [-64, [0x40]],
    [-65, [0xbf, 0x7f]],
    [-123456, [0xc0, 0xbb, 0x78]],
    [2 ** 31 - 1, [0xff, 0xff, 0xff, 0xff, 0x07]],
    [-(2 ** 31), [0x80, 0x80, 0x80, 0x80, 0x78]],
  ])('signed %i', (x, expected) => {
    expect(written((b) => b.i32(x))).toEqual(expected);
  });

  test('floats are little-endian', () => {
    expect(written((b) => b.f32(1))).toEqual([0, 0, 0x80, 0x3f]);
    expect(written((b) => b.f64(-2))).toEqual([0, 0, 0, 0, 0, 0, 0, 0xc0]);
  });

  test.each([-1, 0.5, 2 ** 32, NaN])('%d is no unsigned integer', (x) => {
    expect(() => written((b) => b.u32(x))).toThrow(InternalError);
  });
  test.each([0.5, 2 ** 31, NaN, -0])('%d is no int32', (x) => {
    expect(() => written((b) => b.i32(x))).toThrow(InternalError);
  });
  test('names are ASCII', () => {
    expect(written((b) => b.name('ab'))).toEqual([2, 0x61, 0x62]);
    expect(() => written((b) => b.name('é'))).toThrow(InternalError);
  });
  test('more than the first array holds', () => {
    const bytes = written((b) => {
      for (let i = 0; i < 1000; i++) b.byte(i & 0xff);
      b.append(new Uint8Array(3000).fill(7));
    });
    expect(bytes.length).toBe(4000);
    expect(bytes[999]).toBe(999 & 0xff);
    expect(bytes[3999]).toBe(7);
  });
});

function instance(code: Code): {
  readonly run: (...xs: number[]) => number;
  readonly memory: WebAssembly.Memory;
} {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const module = new WebAssembly.Module(encodeModule([code.finish()], 0) as BufferSource);
  const { exports } = new WebAssembly.Instance(module, {
    [memoryImport.module]: { [memoryImport.name]: memory },
  });
  return { run: exports[exportName] as (...xs: number[]) => number, memory };
}

describe('modules', () => {
  test('a loop with locals of several types', () => {
    const code = new Code({ params: ['i32'], results: ['f64'] });
    const [sum, i] = [code.local('f64'), code.local('i32')];
    code.doWhile(() => {
      code.get(sum);
      code.get(i);
      code.op('f64.convert_i32_s', 'f64.add');
      code.set(sum);
      code.get(i);
      code.i32(1);
      code.op('i32.add');
      code.tee(i);
      code.get(0);
      code.op('i32.lt_s');
    });
    code.get(sum);
    expect(instance(code).run(101)).toBe(5050);
  });

  test('branches with and without values', () => {
    const code = new Code({ params: ['i32'], results: ['i32'] });
    code.get(0);
    code.branch(() => {
      code.i32(7);
      code.op('return');
    });
    code.get(0);
    code.op('i32.eqz');
    code.branch(
      () => code.i32(1),
      () => code.i32(2),
      'i32',
    );
    const { run } = instance(code);
    expect([run(5), run(0)]).toEqual([7, 1]);
  });

  test('vectors: constants, lanes, shuffles, loads and stores', () => {
    const code = new Code({ params: [], results: ['f32'] });
    const v = code.local('v128');
    code.i32(0);
    code.v128Of([{ f32: 1 }, { f32: 2 }, { f32: 3 }, { f32: 4 }]);
    code.memory('v128.store', 16);
    code.i32(4);
    code.memory('v128.load', 12);
    code.tee(v);
    code.get(v);
    code.shuffle([2, 3, 4, 5]);
    code.v128({ f32: 10 });
    code.op('f32x4.mul');
    code.lane('f32x4.extract_lane', 1);
    const { run, memory } = instance(code);
    expect(run()).toBe(40);
    expect([...new Float32Array(memory.buffer, 16, 4)]).toEqual([1, 2, 3, 4]);
  });

  test('what is kept apart comes where it is appended', () => {
    const code = new Code({ params: [], results: ['i32'] });
    const later = code.apart(() => code.op('i32.sub'));
    code.i32(5);
    code.i32(3);
    code.append(later);
    expect(instance(code).run()).toBe(2);
  });

  test('a vector has four lanes', () => {
    expect(() => new Code({ params: [], results: [] }).lane('i32x4.extract_lane', 4)).toThrow(InternalError);
  });
});
