// What users see when a gradient does not exist.
import { describe, expect, it } from 'vitest';
import {
  customGradient,
  grad,
  jit,
  numericGradient,
  type Tensor,
  tensor,
  valueAndGrad,
  vjp,
} from '../../src/index.ts';
import { bind } from '../../src/ops/dispatch.ts';
import type { OpDef } from '../../src/ops/opdef.ts';
import { neg } from '../../src/ops/unary.ts';
import { messageOf } from './message.ts';

const any = (f: unknown): ((...args: unknown[]) => Tensor) => f as never;

describe('the function of grad', () => {
  it('must be one', () => {
    for (const [name, of] of Object.entries({
      grad: any(grad),
      valueAndGrad: any(valueAndGrad),
      vjp: any(vjp),
    }))
      expect(messageOf(() => of(null as never))).toMatch(
        `ArgumentError: ${name}: expected a function, got null`,
      );
  });

  const of = (f: unknown): string => messageOf(() => grad(any(f))(tensor([1, 2])));

  it('must return a scalar', () => {
    expect(of((x: Tensor) => x.mul(2))).toBe(
      'GradientError: grad: the function must return a scalar, got f32[2]; reduce it, for example with .sum() or .mean(), or use vjp and choose the cotangent',
    );
  });

  it('must return a float32 tensor', () => {
    const must = 'GradientError: grad: the function must return a float32 scalar tensor, got';
    expect(of((x: Tensor) => x.sum().item())).toBe(
      `${must} a number; compute with tensors and do not read them with item()`,
    );
    expect(of(() => undefined)).toBe(`${must} undefined; is a return statement missing?`);
    expect(of((x: Tensor) => [x.sum(), x])).toBe(
      `${must} an array of length 2; use valueAndGrad with { hasAux: true } to return more than the value, or vjp`,
    );
    expect(of(async (x: Tensor) => x.sum())).toBe(
      `${must} a promise; an async function cannot be differentiated: make it synchronous`,
    );
    expect(of((x: Tensor) => x.sum().cast('int32'))).toBe(
      'GradientError: grad: the function must return float32, got i32[], through which no gradient flows',
    );
  });

  it('must return a pair with hasAux', () => {
    expect(messageOf(() => valueAndGrad((x: Tensor) => x.sum(), { hasAux: true })(tensor([1])))).toBe(
      'GradientError: valueAndGrad: with hasAux the function must return [value, aux], got a tensor f32[]',
    );
    expect(messageOf(() => valueAndGrad((x: Tensor) => [x.sum(), 1])(tensor([1])))).toBe(
      'GradientError: valueAndGrad: the function must return a float32 scalar tensor, got an array of length 2; to return more than the value, return [value, aux] and pass { hasAux: true }',
    );
  });
});

describe('what grad differentiates by', () => {
  it('must be float32', () => {
    expect(
      messageOf(() => grad((p: { n: Tensor }) => p.n.sum())({ n: tensor([1], { dtype: 'int32' }) })),
    ).toBe(
      "GradientError: grad: args[0].n is i32[1]; gradients exist with respect to float32 only. Cast it: x.cast('float32'), or pass it as an argument that argnums does not name",
    );
    expect(messageOf(() => grad((on: boolean) => tensor(Number(on)))(true))).toMatch(
      /^GradientError: grad: args\[0\] is bool\[\]; /,
    );
  });

  it('must be there', () => {
    expect(messageOf(() => grad((x: Tensor) => x.sum(), 1 as never)(tensor(1)))).toBe(
      'GradientError: grad: argnums names argument 1, but the function was called with 1 argument',
    );
    expect(messageOf(() => grad((_x: string) => tensor(1))('text'))).toBe(
      'GradientError: grad: args[0] holds no tensor to differentiate with respect to; choose another with argnums',
    );
  });

  it('is named by positions', () => {
    const refusal =
      'OptionError: grad: argnums must be an argument position (0, 1 …) or a list of different ones, got';
    for (const [bad, shown] of [
      [-1, '-1'],
      [1.5, '1.5'],
      [[], '[]'],
      [[0, 0], '[0,0]'],
      ['x', '"x"'],
    ] as const)
      expect(messageOf(() => grad((x: Tensor) => x, bad as never))).toBe(`${refusal} ${shown}`);
    expect(messageOf(() => valueAndGrad((x: Tensor) => x, { argnum: 1 } as never))).toBe(
      "OptionError: valueAndGrad: unknown option 'argnum'; there are argnums, hasAux",
    );
  });
});

describe('an op without a rule', () => {
  it('is named with its line', () => {
    const { vjp: _, ...rest } = neg.def;
    const def: OpDef = { ...rest, name: 'no_rule' };
    const f = (x: Tensor): Tensor => bind(def, [x], {})[0]!.sum();
    const message =
      'GradientError: no_rule has no gradient rule, and the result depends on it through f32[2]; wrap its operand in stopGradient(x) if no gradient should flow there, or give one with customGradient';
    expect(messageOf(() => grad(f)(tensor([1, 2])))).toBe(message);
    expect(messageOf(() => jit(grad(f))(tensor([1, 2])))).toBe(message);
    expect(() => grad(f)(tensor([1, 2]))).toThrow(/\n {2}at test\/errors\/gradient\.test\.ts:\d+:\d+$/);
  });
});

describe('vjp', () => {
  it('checks the cotangent', () => {
    const [, pullback] = vjp((x: Tensor) => ({ y: x.mul(2) }), tensor([1, 2]));
    expect(messageOf(() => pullback({ y: tensor([1]) }))).toBe(
      'GradientError: vjp: cotangent.y must be f32[2] like the result, got f32[1]',
    );
    expect(messageOf(() => pullback(tensor([1, 2]) as never))).toBe(
      "TreeError: vjp: the cotangent must have the structure of the function's result, with leaves result.y; got cotangent",
    );
  });
});

describe('customGradient', () => {
  it('checks what the function gives', () => {
    expect(messageOf(() => customGradient(((x: Tensor) => x) as never)(tensor(1)))).toBe(
      'GradientError: customGradient: a custom gradient must return [value, pullback], a tensor and a function',
    );
    const wrong = customGradient(function clip(x: Tensor) {
      return [x.sum(), (g) => g];
    });
    expect(messageOf(() => grad((x: Tensor) => wrong(x))(tensor([1, 2])))).toBe(
      'GradientError: clip: the pullback must give f32[2] or null for argument 0, got f32[]',
    );
    const few = customGradient((x: Tensor, y: Tensor) => [x.add(y), (g) => g]);
    expect(messageOf(() => grad((x: Tensor) => few(x, x))(tensor(1)))).toBe(
      'GradientError: customGradient: the pullback must give one cotangent per argument, 2, got 1; null says that no gradient flows',
    );
  });
});

describe('numericGradient', () => {
  it('takes float32 and a scalar function', () => {
    expect(messageOf(() => numericGradient((x) => x, tensor([1])))).toBe(
      'GradientError: numericGradient: the function must return a scalar, got f32[1]',
    );
    expect(messageOf(() => numericGradient((x) => x, tensor(1, { dtype: 'int32' })))).toBe(
      'GradientError: numericGradient: x must be float32, got i32[]',
    );
  });
});
