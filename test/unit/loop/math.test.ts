// The scalar functions: special values, and the documented error against double precision.
import { describe, expect, it } from 'vitest';
import { compileScalar } from '../../../src/loop/compile.ts';
import { interpretFunction } from '../../../src/loop/interpret.ts';
import type { Expr, ScalarFunction } from '../../../src/loop/kernel.ts';
import * as k from '../../../src/loop/make.ts';
import { mathFunctions } from '../../../src/loop/math.ts';
import { verifyKernel } from '../../../src/loop/verify.ts';
import { bodyOf, visitExprs } from '../../../src/loop/visit.ts';
import { bounds, fromBits, monotonic, references, worstOver } from './math-reference.ts';

const inf = Infinity;
const pi = Math.fround(Math.PI);
const halfPi = Math.fround(Math.PI / 2);
const quarterPi = Math.fround(Math.PI / 4);
const threeQuarterPi = Math.fround((3 * Math.PI) / 4);
const least = 2 ** -149;
const greatest = (2 - 2 ** -23) * 2 ** 127;

/** Argument and result, as IEEE 754 and C99 Annex F have them. */
// biome-ignore format: a table
const special: Readonly<Record<string, readonly (readonly [x: number, y: number])[]>> = {
  exp: [[0, 1], [-0, 1], [inf, inf], [-inf, 0], [89, inf], [-104, 0], [1e-45, 1], [greatest, inf], [-greatest, 0]],
  expm1: [[0, 0], [-0, -0], [inf, inf], [-inf, -1], [89, inf], [-40, -1], [least, least], [-least, -least]],
  log: [[0, -inf], [-0, -inf], [1, 0], [inf, inf], [-1, NaN], [-inf, NaN], [-least, NaN]],
  log1p: [[0, 0], [-0, -0], [-1, -inf], [inf, inf], [-2, NaN], [-inf, NaN], [least, least], [-least, -least]],
  sin: [[0, 0], [-0, -0], [inf, NaN], [-inf, NaN], [least, least], [-least, -least]],
  cos: [[0, 1], [-0, 1], [inf, NaN], [-inf, NaN], [least, 1]],
  tan: [[0, 0], [-0, -0], [inf, NaN], [-inf, NaN], [least, least], [-least, -least]],
  asin: [[0, 0], [-0, -0], [1, halfPi], [-1, -halfPi], [1.5, NaN], [-inf, NaN], [inf, NaN], [-least, -least]],
  acos: [[1, 0], [-1, pi], [0, halfPi], [-0, halfPi], [1.5, NaN], [-inf, NaN], [inf, NaN]],
  atan: [[0, 0], [-0, -0], [inf, halfPi], [-inf, -halfPi], [1, quarterPi], [least, least]],
  sinh: [[0, 0], [-0, -0], [inf, inf], [-inf, -inf], [90, inf], [-90, -inf], [-least, -least]],
  cosh: [[0, 1], [-0, 1], [inf, inf], [-inf, inf], [90, inf], [-90, inf]],
  tanh: [[0, 0], [-0, -0], [inf, 1], [-inf, -1], [10, 1], [-10, -1], [least, least], [-least, -least]],
  sigmoid: [[0, 0.5], [-0, 0.5], [inf, 1], [-inf, 0], [20, 1], [-104, 0], [greatest, 1], [-greatest, 0]],
  erf: [[0, 0], [-0, -0], [inf, 1], [-inf, -1], [4, 1], [-4, -1], [least, least], [-least, -least]],
};

/** Two arguments and the result. */
// biome-ignore format: a table
const specialOfTwo: Readonly<Record<string, readonly (readonly [x: number, y: number, z: number])[]>> = {
  pow: [
    [0, 3, 0], [-0, 3, -0], [-0, 2, 0], [0, 0.5, 0], [-0, 0.5, 0],
    [0, -3, inf], [-0, -3, -inf], [-0, -2, inf], [-0, -0.5, inf], [0, -inf, inf], [-0, -inf, inf],
    [NaN, 0, 1], [NaN, -0, 1], [1, NaN, 1], [1, inf, 1], [1, -inf, 1], [-1, inf, 1], [-1, -inf, 1], [-1, NaN, NaN],
    [NaN, 1, NaN], [2, NaN, NaN], [0, 0, 1], [inf, 0, 1], [-inf, -0, 1],
    [-2, 3, -8], [-2, 2, 4], [-2, -1, -0.5], [-8, 0.5, NaN], [-1, 2 ** 24, 1], [-1, 2 ** 24 - 1, -1], [-1, greatest, 1],
    [0.5, inf, 0], [0.5, -inf, inf], [-0.5, inf, 0], [-0.5, -inf, inf], [2, inf, inf], [2, -inf, 0], [-2, inf, inf], [-2, -inf, 0],
    [inf, 2, inf], [inf, -2, 0], [inf, 0.5, inf], [inf, inf, inf], [inf, -inf, 0],
    [-inf, 3, -inf], [-inf, 2, inf], [-inf, 0.5, inf], [-inf, -3, -0], [-inf, -2, 0], [-inf, -0.5, 0], [-inf, inf, inf],
    [2, 127, 2 ** 127], [2, 128, inf], [-2, 129, -inf], [2, -149, least], [2, -151, 0], [-2, -151, -0], [least, 1, least], [greatest, 1, greatest],
    [2, least, 1], [-2, least, NaN],
  ],
  atan2: [
    [0, 0, 0], [-0, 0, -0], [0, -0, pi], [-0, -0, -pi], [0, 1, 0], [-0, 1, -0], [0, -1, pi], [-0, -1, -pi],
    [1, 0, halfPi], [1, -0, halfPi], [-1, 0, -halfPi], [-1, -0, -halfPi],
    [1, inf, 0], [-1, inf, -0], [1, -inf, pi], [-1, -inf, -pi], [inf, 1, halfPi], [-inf, 1, -halfPi], [inf, -1, halfPi],
    [inf, inf, quarterPi], [-inf, inf, -quarterPi], [inf, -inf, threeQuarterPi], [-inf, -inf, -threeQuarterPi],
    [1, 1, quarterPi], [1, -1, threeQuarterPi], [-1, -1, -threeQuarterPi], [least, least, quarterPi], [least, greatest, 0], [-least, greatest, -0],
    [NaN, 1, NaN], [1, NaN, NaN], [NaN, NaN, NaN],
  ],
};

const unary = mathFunctions.filter((f) => f.params.length === 1);

const show = (x: number): string => (Object.is(x, -0) ? '-0' : String(x));

/** xorshift: the same points in every run. */
function* randomWords(count: number): Generator<number> {
  let s = 0x2545f491;
  for (let i = 0; i < count; i++) {
    s ^= s << 13;
    s ^= s >>> 17;
    s ^= s << 5;
    yield s;
  }
}

/** Around every power of two, both signs; then random bits, so that every exponent is as likely; then the range in which most functions move. */
function* arguments1(): Generator<readonly [number, number]> {
  for (let exponent = 0; exponent < 256; exponent++)
    for (let offset = -20; offset <= 20; offset++) {
      const bits = (exponent << 23) + offset;
      yield [fromBits(bits), 0];
      yield [fromBits(bits ^ 0x80000000), 0];
    }
  for (const w of randomWords(200_000)) yield [fromBits(w), 0];
  for (const w of randomWords(100_000)) yield [Math.fround((w / 2 ** 31) * 12), 0];
}

/** Random bits; then moderate values; then bases near 1 under large exponents. */
function* arguments2(): Generator<readonly [number, number]> {
  let y = 1;
  for (const w of randomWords(200_000)) {
    yield [fromBits(w), y];
    y = fromBits(w);
  }
  let v = 0.5;
  for (const w of randomWords(200_000)) {
    const u = w / 2 ** 31;
    yield [Math.fround(u * 20), Math.fround(v * 30)];
    yield [Math.fround(u * 5), Math.round(v * 40)];
    yield [Math.fround(1 + u * 0.01), Math.fround(v * 6000)];
    v = u;
  }
}

/** The float32 products and quotients among the steps of a function that underflow for an argument: a processor takes a hundred times as long for one. */
function underflows(fn: ScalarFunction, x: number): readonly string[] {
  const found: string[] = [];
  const value = (e: Expr): number => interpretFunction({ ...fn, result: e })(x);
  for (const part of bodyOf(fn))
    visitExprs(part, (e) => {
      if (e.kind !== 'binary' || e.type !== 'f32' || (e.op !== 'mul' && e.op !== 'div')) return;
      const [a, b] = [value(e.a), value(e.b)];
      const exact = Math.abs(e.op === 'mul' ? a * b : a / b);
      if (exact > 0 && exact < 2 ** -126) found.push(`${a} ${e.op} ${b}`);
    });
  return found;
}

describe('scalar functions', () => {
  it.each(['exp', 'sigmoid', 'tanh'])('%s underflows nowhere on its way to a limit', (name) => {
    const fn = mathFunctions.find((f) => f.name === name)!;
    for (const x of [177, 1000, 1e9, greatest, inf])
      for (const signed of [x, -x]) expect(underflows(fn, signed), `${name}(${signed})`).toEqual([]);
    // What is subnormal itself cannot be had otherwise: the check sees it.
    if (name !== 'tanh') expect(underflows(fn, -90)).not.toEqual([]);
  });

  it('have a reference, a bound and special values each', () => {
    const names = mathFunctions.map((f) => f.name).sort();
    expect(Object.keys(references).sort()).toEqual(names);
    expect(Object.keys(bounds).sort()).toEqual(names);
    expect(Object.keys({ ...special, ...specialOfTwo }).sort()).toEqual(names);
  });

  it.each(mathFunctions)('$name is well formed, and the interpreter gives the same bits', (fn) => {
    const names = fn.params.map((p) => p.name);
    const result = k.call(fn, ...names.map((name) => k.load('f32', name, k.i32(0))));
    verifyKernel({
      name: 'kernel',
      buffers: [
        ...names.map((name) => ({ name, type: 'f32', size: 1, role: 'in' }) as const),
        { name: 'out', type: 'f32', size: 1, role: 'out' },
      ],
      body: [k.store('out', k.i32(0), result)],
    });
    const [run, meaning] = [compileScalar(fn), interpretFunction(fn)];
    let y = 1;
    for (const w of randomWords(2000)) {
      const x = fromBits(w);
      expect(run(x, y), `${fn.name}(${x}, ${y})`).toBe(meaning(x, y));
      y = x;
    }
  });

  it.each(unary)('$name has the special values of IEEE 754 and C99', (fn) => {
    const run = compileScalar(fn);
    expect(run(NaN), `${fn.name}(NaN)`).toBeNaN();
    for (const [x, y] of special[fn.name]!) {
      const argument = Math.fround(x);
      expect(
        Object.is(run(argument), y),
        `${fn.name}(${show(x)}) is ${show(run(argument))}, not ${show(y)}`,
      ).toBe(true);
    }
  });

  it.each(mathFunctions.filter((f) => f.params.length === 2))(
    '$name has the special values of IEEE 754 and C99',
    (fn) => {
      const run = compileScalar(fn);
      for (const [x, y, z] of specialOfTwo[fn.name]!) {
        const message = `${fn.name}(${show(x)}, ${show(y)}) is ${show(run(x, y))}, not ${show(z)}`;
        expect(Object.is(run(x, y), z), message).toBe(true);
      }
    },
  );

  it.each(mathFunctions)('$name keeps its bound', (fn) => {
    const points = fn.params.length === 1 ? arguments1() : arguments2();
    const worst = worstOver(fn, compileScalar(fn), points);
    expect(worst.error, `${fn.name}(${worst.at.join(', ')})`).toBeLessThanOrEqual(bounds[fn.name]!);
  });

  it.each(unary.filter((f) => monotonic.has(f.name)))('$name never falls where its argument rises', (fn) => {
    const run = compileScalar(fn);
    // Runs of neighbours between 2^-7 and 128, where rounding could show.
    for (const w of randomWords(2000)) {
      const start = 0x3c000000 + ((w >>> 0) % 0x07000000);
      for (let bits = start; bits < start + 100; bits++) {
        const [x, next] = [fromBits(bits), fromBits(bits + 1)];
        if (run(next) < run(x) || run(-next) > run(-x)) expect.fail(`${fn.name} falls at ±${x}`);
      }
    }
  });
});
