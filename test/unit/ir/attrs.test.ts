// Attribute text gives back the same bits.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { attrProblem, sameAttrs, showNumber } from '../../../src/ir/attrs.ts';
import { parse } from '../../../src/ir/parse.ts';
import { print } from '../../../src/ir/print.ts';
import { registry } from '../../../src/ops/index.ts';

describe('attributes', () => {
  it('numbers read back to the bit', () => {
    const number = fc.oneof(
      fc.float(),
      fc.maxSafeInteger(),
      fc.constantFrom(-0, 0, Number.NaN, Math.fround(1e-45), 3.4028234663852886e38),
    );
    fc.assert(
      fc.property(fc.array(number, { minLength: 1, maxLength: 6 }), (data) => {
        const text = `func @f() {\n  %0 = constant {data=[${data.map(showNumber).join(', ')}], dtype=f32, shape=[${data.length}]} : f32[${data.length}]\n  return %0\n}\n`;
        const func = parse(text, registry);
        const read = (func.body[0]!.attrs as { data: readonly number[] }).data;
        expect(read.every((x, i) => Object.is(x, data[i]))).toBe(true);
        expect(print(func)).toBe(text);
      }),
    );
  });

  it('shows the shortest float32', () => {
    expect([0.1, 1 / 3, 1e-45, 16777216.5, -2.5, 1e30].map((x) => showNumber(Math.fround(x)))).toEqual([
      '0.1',
      '0.33333334',
      '1e-45',
      '16777216',
      '-2.5',
      '1e+30',
    ]);
  });

  it('compares as bits', () => {
    const schema = { data: 'floats', name: 'string' } as const;
    expect(sameAttrs(schema, { data: [0], name: 'a' }, { data: [-0], name: 'a' })).toBe(false);
    expect(sameAttrs(schema, { data: [Number.NaN], name: 'a' }, { data: [Number.NaN], name: 'a' })).toBe(
      true,
    );
    expect(sameAttrs(schema, { data: [1], name: 'a' }, { data: [1, 2], name: 'a' })).toBe(false);
  });

  it('takes a name or none, which are not the same', () => {
    const schema = { axis: 'int', called: 'name' } as const;
    expect(attrProblem(schema, { axis: 0 })).toBeUndefined();
    expect(attrProblem(schema, { axis: 0, called: 'words' })).toBeUndefined();
    expect(attrProblem(schema, { axis: 0, called: 1 })).toBe('attribute called must be name, got 1');
    expect(sameAttrs(schema, { axis: 0 }, { axis: 0 })).toBe(true);
    expect(sameAttrs(schema, { axis: 0 }, { axis: 0, called: 'words' })).toBe(false);
    const text = `func @rows(%0: f32[3,2], %1: i32[1]) {
  %2 = gather %0, %1 {axis=0, called="Embedding 'words'"} : f32[1,2]
  return %2
}`;
    expect(print(parse(text, registry)).trim()).toBe(text);
  });

  it('refuses a float that float32 cannot hold', () => {
    expect(attrProblem({ value: 'float' }, { value: 0.1 })).toBe('attribute value must be float, got 0.1');
    expect(attrProblem({ value: 'float' }, { value: Math.fround(0.1) })).toBeUndefined();
    expect(attrProblem({ value: 'float' }, { value: 2 ** 24 + 1 })).toBeUndefined();
  });
});
