// Modules as text: every kind of instruction, written by hand, and what a reader must refuse.
import { describe, expect, test } from 'vitest';
import { Code } from '../../../../src/codegen/wasm/code.ts';
import { encodeModule, type WasmFunction } from '../../../../src/codegen/wasm/module.ts';
import { moduleText } from '../../../../src/codegen/wasm/text.ts';
import { InternalError } from '../../../../src/util/errors.ts';

function textOf(write: (code: Code) => void, names?: WasmFunction['names']): string {
  const code = new Code({ params: ['i32', 'f32'], results: ['i32'] });
  write(code);
  const f = code.finish();
  return moduleText(encodeModule([names === undefined ? f : { ...f, names }], 0));
}

/** The lines of the body. */
function bodyOf(write: (code: Code) => void): string[] {
  return textOf(write)
    .split('\n')
    .slice(5, -3)
    .map((line) => line.slice(4));
}

describe('the text of a module', () => {
  test('names what it can', () => {
    const write = (code: Code): void => {
      code.get(0);
    };
    expect(textOf(write)).toBe(`(module
  (import "host" "memory" (memory 0))
  (export "run" (func $0))

  (func $0 (param i32) (param f32) (result i32)
    local.get 0
  )
)
`);
    expect(textOf(write, { name: 'k0_add', params: ['a0'] })).toContain(
      '(func $k0_add (param $a0 i32) (param f32) (result i32)\n    local.get $a0\n',
    );
  });

  test('a statement is a line, a block indents', () => {
    const lines = bodyOf((code) => {
      const [i, x] = [code.local('i32'), code.local('v128')];
      code.doWhile(() => {
        code.get(0);
        code.memory('v128.load', 16);
        code.set(x);
        code.get(i);
        code.i32(-1);
        code.op('i32.add');
        code.tee(i);
      });
      code.get(i);
      code.branch(
        () => {
          code.i32(0);
          code.op('return');
        },
        () => code.call(0),
        'i32',
      );
    });
    expect(lines).toEqual(
      [
        '(local i32 v128)',
        'loop',
        '  local.get 0 v128.load offset=16 align=4 local.set 3',
        '  local.get 2 i32.const -1 i32.add local.tee 2 br_if 0',
        'end',
        'local.get 2 if (result i32)',
        '  i32.const 0 return',
        'else',
        '  call $0',
      ].concat('end'),
    );
  });

  test('numbers read back as themselves', () => {
    const lines = bodyOf((code) => {
      for (const x of [0.1, -0, 1e10, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN]) {
        code.f32(Math.fround(x));
        code.op('drop');
      }
      code.f64(0.1);
      code.op('drop');
      for (const x of [0, 63, 64, -64, -65, 2 ** 31 - 1, -(2 ** 31)]) {
        code.i32(x);
        code.op('drop');
      }
      code.i32(1);
    });
    expect(lines).toEqual([
      'f32.const 0.1 drop',
      'f32.const -0 drop',
      'f32.const 10000000000 drop',
      'f32.const inf drop',
      'f32.const -inf drop',
      'f32.const nan drop',
      'f64.const 0.1 drop',
      ...[0, 63, 64, -64, -65, 2147483647, -2147483648].map((x) => `i32.const ${x} drop`),
      'i32.const 1',
    ]);
  });

  test('vectors are integers or floats, whichever they look like', () => {
    const lines = bodyOf((code) => {
      code.v128({ f32: 1.5 });
      code.v128({ i32: -1 });
      code.v128({ f32: -0 });
      code.v128Of([{ i32: 0 }, { i32: 1 }, { i32: 2 }, { i32: 3 }]);
      code.shuffle([2, 3, 0, 1]);
      code.lane('f32x4.extract_lane', 3);
    });
    expect(lines).toEqual([
      [
        'v128.const f32x4 1.5 1.5 1.5 1.5',
        'v128.const i32x4 -1 -1 -1 -1',
        'v128.const f32x4 -0 -0 -0 -0',
        'v128.const i32x4 0 1 2 3',
        'i8x16.shuffle 8 9 10 11 12 13 14 15 0 1 2 3 4 5 6 7',
        'f32x4.extract_lane 3',
      ].join(' '),
    ]);
  });

  test('memory', () => {
    const lines = bodyOf((code) => {
      code.get(0);
      code.memory('i32.load8_u', 1);
      code.memory('i32.store', 0);
      code.store32Lane(8, 2);
      code.memory('v128.load32_zero', 0);
      code.memory('f64.store', 24);
      code.memoryCopy();
      code.op('f32x4.relaxed_madd', 'i32.trunc_sat_f32_s', 'select');
    });
    expect(lines).toEqual([
      'local.get 0 i32.load8_u offset=1 i32.store',
      'v128.store32_lane offset=8 align=1 2',
      'v128.load32_zero align=1 f64.store offset=24',
      'memory.copy',
      'f32x4.relaxed_madd i32.trunc_sat_f32_s select',
    ]);
  });

  test('shared memory', () => {
    const code = new Code({ params: [], results: [] });
    expect(moduleText(encodeModule([code.finish()], 0, { shared: true }))).toContain(
      '(memory 0 65536 shared)',
    );
  });

  test('bytes that this compiler does not write are refused', () => {
    expect(() => moduleText(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8))).toThrow(InternalError);
    const code = new Code({ params: [], results: [] });
    const whole = encodeModule([code.finish()], 0);
    expect(() => moduleText(whole.subarray(0, -3))).toThrow('a module that ends in the middle');
    code.append(Uint8Array.of(0x06));
    expect(() => moduleText(encodeModule([code.finish()], 0))).toThrow('the code 0x6, which has no name');
  });
});
