// The JavaScript spelling of kernel expressions: its text, and its values against the interpreter.
import { afterEach, describe, expect, it, vi } from 'vitest';
import { compileScalar } from '../../../src/loop/compile.ts';
import { interpretFunction } from '../../../src/loop/interpret.ts';
import {
  spellExpr,
  spellFunction,
  spellName,
  spellPrelude,
  spellStored,
} from '../../../src/loop/javascript.ts';
import type { BinaryOp, Expr, Scalar, ScalarFunction } from '../../../src/loop/kernel.ts';
import * as k from '../../../src/loop/make.ts';
import { mathFunctions, sinh } from '../../../src/loop/math.ts';
import { functionsUsed } from '../../../src/loop/visit.ts';
import { seeded } from '../../../src/util/rng.ts';

const x = k.local('f32', 'x');
const y = k.local('f32', 'y');
const i = k.index('i');
const j = k.index('j');
const p = k.local('bool', 'p');

describe('the text of an expression', () => {
  it.each<[Expr, string]>([
    [k.add(k.mul(x, y), k.f32(1)), 'Math.fround(Math.fround(x * y) + 1)'],
    [k.binary('max', k.unary('neg', x), k.f32(0)), 'Math.max(-x, 0)'],
    [k.unary('neg', k.unary('neg', x)), '-(-x)'],
    [k.sub(x, k.f32(-0)), 'Math.fround(x - -0)'],
    [k.add(k.mul(i, k.i32(16)), k.add(j, k.i32(1))), 'Math.imul(i, 16) + (j + 1) | 0'],
    [k.binary('div', k.add(i, j), k.i32(2)), '(i + j | 0) / 2 | 0'],
    [k.binary('ushr', i, k.i32(3)), 'i >>> 3 | 0'],
    [k.load('f32', 'a0', k.add(i, k.i32(1))), 'a0[i + 1 | 0]'],
    [k.load('bool', 'm', i), 'm[i] !== 0'],
    [k.select(k.compare('lt', x, y), x, k.f32(Infinity)), 'x < y ? x : Infinity'],
    [k.select(k.select(p, p, k.bool(false)), x, y), '(p ? p : false) ? x : y'],
    [k.and(k.or(p, k.not(p)), k.compare('ne', x, y)), '(p || !p) && x !== y'],
    [k.convert('f32', p), 'p ? 1 : 0'],
    [k.convert('bool', i), 'i !== 0'],
    [k.add(k.convert('i32', x), i), '$toInt(x) + i | 0'],
    [k.convert('f32', k.add(k.f64(0.1), k.convert('f64', x))), 'Math.fround(0.1 + x)'],
    [k.bitsOf(x), '$bits(x)'],
    [k.call(sinh, k.add(x, y)), '$sinh(Math.fround(x + y))'],
    [k.f32(0.1), '0.10000000149011612'],
    [k.f32(NaN), 'NaN'],
  ])('%#', (e, text) => expect(spellExpr(e)).toBe(text));

  it('leaves the last rounding and the making of a number to the store', () => {
    expect(spellStored(k.add(k.mul(x, y), x))).toBe('Math.fround(x * y) + x');
    expect(spellStored(k.convert('f32', k.load('bool', 'm', i)))).toBe('m[i]');
    expect(spellStored(k.compare('lt', x, y))).toBe('x < y ? 1 : 0');
    expect(spellStored(k.bool(true))).toBe('1');
  });

  it('reads buffers as it is told to', () => {
    const sum = k.add(k.load('f32', 'a0', i), k.load('f32', 'a1', i));
    expect(spellExpr(sum, (load) => `heap.${load.buffer}(${spellExpr(load.index)})`)).toBe(
      'Math.fround(heap.a0(i) + heap.a1(i))',
    );
  });

  it.each(['let', 'a-b', '$bits', '', 'Math', '0x', 'a b'])('refuses the name %j', (name) =>
    expect(() => spellName(name)).toThrow(/is no JavaScript identifier/),
  );
});

describe('scalar functions', () => {
  const hypotenuse: ScalarFunction = {
    name: 'hypotenuse',
    params: [
      { name: 'x', type: 'f32' },
      { name: 'y', type: 'f32' },
    ],
    lets: [{ name: 'sum', value: k.add(k.mul(x, x), k.mul(y, y)) }],
    result: k.unary('sqrt', k.local('f32', 'sum')),
  };

  it('are spelled as functions', () => {
    expect(spellFunction(hypotenuse)).toBe(`function $hypotenuse(x, y) {
  const sum = Math.fround(Math.fround(x * x) + Math.fround(y * y));
  return Math.fround(Math.sqrt(sum));
}`);
  });

  it('come with what they call, callees first, and with the support they use', () => {
    const e = k.call(sinh, k.call(hypotenuse, x, x));
    expect(functionsUsed(e).map((f) => f.name)).toEqual(['hypotenuse', 'expm1_wide', 'sinh']);
    expect([...spellPrelude(e).matchAll(/^(?:const|function) (\S+?)(?:\(| )/gm)].map((m) => m[1])).toEqual([
      '$word',
      '$real',
      '$bits',
      '$fromBits',
      '$toInt',
      '$hypotenuse',
      '$expm1_wide',
      '$sinh',
    ]);
    expect(spellPrelude(x)).toBe('');
  });

  it('of one name must be one function', () => {
    const impostor = { ...hypotenuse, name: 'expm1_wide' };
    expect(() => functionsUsed(k.add(k.call(sinh, x), k.call(impostor, x, x)))).toThrow(
      /two scalar functions are named expm1_wide/,
    );
  });

  it('are compiled once', () => expect(compileScalar(hypotenuse)).toBe(compileScalar(hypotenuse)));

  it('take and give a bool as 0 or 1', () => {
    const params = [
      { name: 'p', type: 'bool' },
      { name: 'q', type: 'bool' },
    ] as const;
    const xor = compileScalar({
      name: 'xor',
      params,
      lets: [],
      result: k.binary('xor', p, k.local('bool', 'q')),
    });
    expect([xor(0, 0), xor(0, 1), xor(1, 0), xor(1, 1)]).toEqual([0, 1, 1, 0]);
  });
});

describe('where code generation is forbidden', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  /** Makes `new Function` throw, as a content-security policy does. */
  function forbid(error: Error): void {
    class Forbidden {
      constructor() {
        throw error;
      }
    }
    vi.stubGlobal('Function', Forbidden);
  }

  it('the interpreter gives the same bits', () => {
    const compiled = mathFunctions.map(compileScalar);
    forbid(new EvalError('forbidden by the policy'));
    const interpreted = mathFunctions.map((fn) => compileScalar({ ...fn }));
    const points = [0.3, -2.5, 40, -0, 1e-42, 1e9, NaN, Infinity].map(Math.fround);
    mathFunctions.forEach((fn, n) => {
      for (const a of points)
        for (const b of points)
          expect(interpreted[n]!(a, b), `${fn.name}(${a}, ${b})`).toBe(compiled[n]!(a, b));
    });
  });

  it('any other error is shown', () => {
    forbid(new RangeError('out of memory'));
    expect(() => compileScalar({ ...sinh })).toThrow(RangeError);
  });
});

describe('random expressions', () => {
  const draw = seeded(12345);
  const random = (below: number): number => Math.floor(draw() * below);
  const pick = <T>(from: readonly T[]): T => from[random(from.length)]!;

  const floats = [
    0, -0, 1, -1, 0.5, -0.5, 1.5, 2.5, -2.5, 1e-45, 3e38, -3e38, 2147483648, -4e9, 8388609, 0.1,
  ].map(Math.fround);
  const constants: Readonly<Record<Scalar, readonly number[]>> = {
    f32: [...floats, Infinity, -Infinity, NaN],
    f64: [...floats, 0.1, 2 ** 52, -(2 ** 52) - 1, Infinity, NaN],
    i32: [0, 1, -1, 2, 31, 32, 7, -7, 2147483647, -2147483648, 65537],
    bool: [0, 1],
  };
  const operators: Readonly<Record<Scalar, readonly BinaryOp[]>> = {
    f32: ['add', 'sub', 'mul', 'div', 'rem', 'min', 'max'],
    f64: ['add', 'sub', 'mul', 'div', 'rem', 'min', 'max'],
    i32: ['add', 'sub', 'mul', 'div', 'rem', 'min', 'max', 'and', 'or', 'xor', 'shl', 'shr', 'ushr'],
    bool: ['and', 'or', 'xor'],
  };
  const types: readonly Scalar[] = ['f32', 'f64', 'i32', 'bool'];
  const names: Readonly<Record<Scalar, string>> = { f32: 'x', f64: 'w', i32: 'i', bool: 'p' };

  function expression(type: Scalar, depth: number): Expr {
    if (depth === 0) return random(2) ? k.local(type, names[type]) : k.constOf(type, pick(constants[type]));
    const below = (t: Scalar): Expr => expression(t, depth - 1);
    switch (random(6)) {
      case 0:
        return k.select(below('bool'), below(type), below(type));
      case 1: {
        const from = pick(types);
        return k.convert(type, below(from));
      }
      case 2:
        if (type === 'bool') {
          const t = pick(types);
          return k.compare(pick(['eq', 'ne', 'lt', 'le', 'gt', 'ge']), below(t), below(t));
        }
        if (type === 'i32') {
          // The bits of a NaN are not part of the promise.
          const real = below('f32');
          return k.bitsOf(k.select(k.compare('eq', real, real), real, k.f32(0)));
        }
        return type === 'f32' ? k.fromBits(below('i32')) : k.convert('f64', below('f32'));
      case 3:
        if (type === 'bool') return k.not(below('bool'));
        if (type === 'i32') return k.unary(pick(['neg', 'abs']), below('i32'));
        return k.unary(pick(['neg', 'abs', 'sqrt', 'floor', 'ceil', 'trunc', 'round']), below(type));
      default:
        return k.binary(pick(operators[type]), below(type), below(type));
    }
  }

  it('have the values that the interpreter gives', () => {
    const params = types.map((type) => ({ name: names[type], type }));
    for (let n = 0; n < 1500; n++) {
      const fn: ScalarFunction = {
        name: 'f',
        params,
        lets: [],
        result: expression(types[n % 4]!, 1 + random(5)),
      };
      const compiled = compileScalar(fn);
      const meaning = interpretFunction(fn);
      for (let trial = 0; trial < 12; trial++) {
        const args = types.map((type) => pick(constants[type]));
        const [got, wanted] = [compiled(...args), meaning(...args)];
        if (!Object.is(got, wanted))
          expect.fail(`${spellExpr(fn.result)} at (${args}) is ${got}, not ${wanted}`);
      }
    }
  });
});
