// Composites against their formulas in float64, and their gradients where a careless formula would give NaN.
// Tolerance: 4 units in the last place of float32 relative to the result, and 1e-6 absolute where terms cancel.
import { describe, expect, it } from 'vitest';
import type { Tensor } from '../../../src/index.ts';
import * as t from '../../../src/index.ts';
import { messageOf } from '../../errors/message.ts';

const { grad, tensor } = t;
const relative = 4 * 2 ** -23;
const absolute = 1e-6;

function expectClose(actual: Tensor, expected: readonly number[]): void {
  const values = Array.from(actual.data());
  expect(values.length).toBe(expected.length);
  values.forEach((x, i) => {
    const y = expected[i]!;
    const close = Object.is(x, y) || x === y || Math.abs(x - y) <= relative * Math.abs(y) + absolute;
    if (!close) expect.fail(`element ${i} is ${x}, should be ${y}`);
  });
}

const points = [-100, -20, -3, -1, -0.5, -1e-3, 0, 1e-3, 0.5, 1, 2.5, 6, 7, 30, 100];
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
// erf in float64: its series near 0; further out 1 - erfc by a continued fraction, since the terms of the series would cancel.
function erf(x: number): number {
  if (Math.abs(x) > 2) {
    let fraction = 0;
    for (let n = 100; n > 0; n--) fraction = n / 2 / (Math.abs(x) + fraction);
    return Math.sign(x) * (1 - Math.exp(-x * x) / Math.sqrt(Math.PI) / (Math.abs(x) + fraction));
  }
  let term = x;
  let sum = x;
  for (let n = 1; n < 60; n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

describe('activations', () => {
  const cases: readonly [string, (x: Tensor) => Tensor, (x: number) => number][] = [
    ['relu6', t.relu6, (x) => Math.min(Math.max(x, 0), 6)],
    ['leakyRelu', (x) => t.leakyRelu(x), (x) => (x > 0 ? x : 0.2 * x)],
    ['leakyRelu 0.01', (x) => t.leakyRelu(x, 0.01), (x) => (x > 0 ? x : 0.01 * x)],
    ['elu', (x) => t.elu(x), (x) => (x > 0 ? x : Math.expm1(x))],
    ['elu 2', (x) => t.elu(x, 2), (x) => (x > 0 ? x : 2 * Math.expm1(x))],
    ['selu', t.selu, (x) => 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * Math.expm1(x))],
    [
      'gelu',
      (x) => t.gelu(x),
      (x) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))),
    ],
    ['gelu erf', (x) => t.gelu(x, { approximate: false }), (x) => 0.5 * x * (1 + erf(x / Math.SQRT2))],
    ['silu', t.silu, (x) => x * sigmoid(x)],
    ['softplus', t.softplus, (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))],
  ];
  it.each(cases)('%s is its formula', (_, f, reference) => {
    expectClose(
      f(tensor(points)),
      points.map((x) => reference(Math.fround(x))),
    );
  });
  it.each(cases)('%s has the gradient of its formula, and none is NaN', (_, f, reference) => {
    const smooth = points.filter((x) => x !== 0 && x !== 6);
    const gradient = Array.from(grad((x: Tensor) => f(x).sum())(tensor(smooth)).data());
    smooth.forEach((x, i) => {
      const h = 1e-5 * Math.max(1, Math.abs(x));
      const slope = (reference(x + h) - reference(x - h)) / (2 * h);
      // The error of the central difference is about h², that of cancellation about 1e-16 |f| / h.
      expect(Math.abs(gradient[i]! - slope)).toBeLessThan(2e-5);
    });
  });
  it.each(cases)('%s keeps NaN', (_, f) => {
    expect(f(tensor(Number.NaN)).item()).toBeNaN();
  });
  it('choose a gradient where the slope jumps', () => {
    const at = (f: (x: Tensor) => Tensor, x: number) => grad((y: Tensor) => f(y))(tensor(x)).item();
    expect([at(t.relu6, 0), at(t.relu6, 6), at((x) => t.elu(x), 0), at(t.softplus, 0)]).toEqual([
      0, 0, 1, 0.5,
    ]);
  });
  it('refuse options they do not have', () => {
    expect(messageOf(() => t.gelu(1, { approximat: false } as never))).toBe(
      "OptionError: gelu: unknown option 'approximat'; there are approximate",
    );
    expect(messageOf(() => t.leakyRelu(1, Number.NaN))).toBe(
      'OptionError: leakyRelu: alpha must be a finite number, got NaN',
    );
  });
});

describe('softmax', () => {
  const rows = [
    [1, 2, 3],
    [-1000, 0, 1000],
    [88, 89, 90],
  ];
  const exact = rows.map((row) => {
    const largest = Math.max(...row);
    const powers = row.map((x) => Math.exp(x - largest));
    const total = powers.reduce((a, b) => a + b);
    return powers.map((p) => p / total);
  });
  it('is stable and sums to 1', () => {
    expectClose(tensor(rows).softmax(), exact.flat());
    expectClose(tensor(rows).transpose().softmax(0).transpose(), exact.flat());
    expectClose(tensor(rows).softmax().sum(-1), [1, 1, 1]);
  });
  it('has a logarithm that keeps small probabilities', () => {
    expectClose(tensor(rows).logSoftmax(), [
      ...exact[0]!.map(Math.log),
      -2000,
      -1000,
      0,
      ...exact[2]!.map(Math.log),
    ]);
  });
  it('has the gradient p (1 - p) and -p q', () => {
    const x = tensor([1, 2, 3]);
    const [p, q, r] = exact[0] as [number, number, number];
    expectClose(grad((y: Tensor) => y.softmax().slice(0))(x), [p * (1 - p), -p * q, -p * r]);
    expectClose(grad((y: Tensor) => y.logSoftmax().slice(0))(x), [1 - p, -q, -r]);
  });
  it('takes only axes that exist', () => {
    expect(messageOf(() => tensor([1]).softmax(1))).toMatch(/^AxisError: /);
  });
});

describe('statistics', () => {
  const data = [
    [1, 2, 4],
    [-3, 0.5, 10],
  ];
  const x = tensor(data);
  const meanOf = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0) / list.length;
  const varianceOf = (list: readonly number[]): number => meanOf(list.map((v) => (v - meanOf(list)) ** 2));
  const columns = [0, 1, 2].map((j) => data.map((row) => row[j]!));

  it('mean, variance, std', () => {
    expectClose(x.mean(), [meanOf(data.flat())]);
    expectClose(x.mean(0), columns.map(meanOf));
    expectClose(x.mean(-1), data.map(meanOf));
    expect(x.mean(1, true).shape).toEqual([2, 1]);
    expectClose(x.variance(), [varianceOf(data.flat())]);
    expectClose(x.variance(0), columns.map(varianceOf));
    expectClose(x.std([0, 1]), [Math.sqrt(varianceOf(data.flat()))]);
    expect(x.std(0, true).shape).toEqual([1, 3]);
    expect(tensor([1, 2], { dtype: 'int32' }).mean().item()).toBe(1.5);
    expect(tensor([true, false]).mean().item()).toBe(0.5);
    expect(t.zeros([0]).mean().item()).toBeNaN();
  });
  it('variance does not cancel', () => {
    expect(tensor([10001, 10002, 10003]).variance().item()).toBe(Math.fround(2 / 3));
  });
  it('logSumExp', () => {
    expectClose(x.logSumExp(), [Math.log(data.flat().reduce((sum, v) => sum + Math.exp(v), 0))]);
    expectClose(
      x.logSumExp(0),
      columns.map((c) => Math.log(Math.exp(c[0]!) + Math.exp(c[1]!))),
    );
    expect(x.logSumExp(1, true).shape).toEqual([2, 1]);
    expect(tensor([1000, 1000]).logSumExp().item()).toBe(Math.fround(1000 + Math.log(2)));
    expect(tensor([-Infinity, -Infinity]).logSumExp().item()).toBe(-Infinity);
    expect(tensor([1, Infinity]).logSumExp().item()).toBe(Infinity);
    expect(tensor([1, Number.NaN]).logSumExp().item()).toBeNaN();
    expectClose(grad((y: Tensor) => y.logSumExp())(tensor([1, 2])), [
      1 / (1 + Math.E),
      Math.E / (1 + Math.E),
    ]);
  });
  it('norm', () => {
    const flat = data.flat();
    expectClose(x.norm(), [Math.hypot(...flat)]);
    expectClose(
      x.norm(2, 1),
      data.map((row) => Math.hypot(...row)),
    );
    expectClose(x.norm(1), [flat.reduce((sum, v) => sum + Math.abs(v), 0)]);
    expectClose(
      x.norm(3, 0),
      columns.map((c) => Math.cbrt(c.reduce((sum, v) => sum + Math.abs(v) ** 3, 0))),
    );
    expect([x.norm(Infinity).item(), x.norm(-Infinity).item()]).toEqual([10, 0.5]);
    expect(tensor([0, 2, 0, 3]).norm(0).item()).toBe(2);
    expect(x.norm(2, 0, true).shape).toEqual([1, 3]);
    expectClose(grad((y: Tensor) => y.norm())(tensor([3, 4])), [0.6, 0.8]);
    expect(messageOf(() => x.norm('fro' as never))).toBe(
      'ArgumentError: norm: ord must be a number or ±Infinity, got fro',
    );
  });
  it('layerNorm', () => {
    const normal = data.map((row) => row.map((v) => (v - meanOf(row)) / Math.sqrt(varianceOf(row) + 1e-5)));
    expectClose(x.layerNorm(), normal.flat());
    expectClose(
      x.layerNorm({ scale: tensor([1, 2, 3]), offset: 1 }),
      normal.flatMap((row) => row.map((v, j) => v * (j + 1) + 1)),
    );
    expect(
      t
        .ones([2, 3])
        .layerNorm({ axis: [0, 1] })
        .sum()
        .item(),
    ).toBe(0);
    expect(messageOf(() => x.layerNorm({ eps: 1 } as never))).toBe(
      "OptionError: layerNorm: unknown option 'eps'; there are axis, scale, offset, epsilon",
    );
    expect(messageOf(() => x.layerNorm({ epsilon: -1 }))).toBe(
      'OptionError: layerNorm: epsilon must be >= 0, got -1',
    );
  });
});

describe('clamp and cast', () => {
  it('clamp limits both ways, with broadcasting', () => {
    expect(tensor([-5, 0.5, 5, Number.NaN]).clamp(-1, 1).toArray()).toEqual([-1, 0.5, 1, Number.NaN]);
    expect(
      tensor([[5], [6]])
        .clamp(0, tensor([1, 10]))
        .toArray(),
    ).toEqual([
      [1, 5],
      [1, 6],
    ]);
    expect(tensor([5], { dtype: 'int32' }).clamp(0, 3).dtype).toBe('int32');
    expect(messageOf(() => tensor([5], { dtype: 'int32' }).clamp(0, 0.5))).toMatch(/^DTypeError: minimum: /);
  });
  it('cast takes whatever ops take', () => {
    expect(t.cast(t.variable(1.9), 'int32').item()).toBe(1);
    expect(t.cast(2, 'bool').item()).toBe(true);
    expect(messageOf(() => t.cast(1, 'f64' as never))).toMatch(/^DTypeError: cast: unknown dtype "f64"/);
  });
});
