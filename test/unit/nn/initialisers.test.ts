// Initial weights: the distributions they should have, the same for the same seed.
import { eye, random, type Tensor } from 'tracejit';
import * as nn from 'tracejit/nn';
import { describe, expect, it } from 'vitest';

const key = random.key(5);
const [rows, columns] = [200, 300];
const draw = (initialiser: nn.Initialiser, shape: readonly number[] = [rows, columns]): Tensor =>
  initialiser(shape, key);

function moments(x: Tensor): { mean: number; variance: number; largest: number } {
  return { mean: x.mean().item(), variance: x.variance().item(), largest: x.abs().max().item() };
}

describe('initialisers', () => {
  // Variance and bound by Keras's formulas; the bound of a normal distribution cut off at two deviations.
  const cut = 2 / 0.8796256610342398;
  it.each([
    ['glorotUniform', nn.glorotUniform, 2 / (rows + columns), Math.sqrt(6 / (rows + columns))],
    ['heUniform', nn.heUniform, 2 / rows, Math.sqrt(6 / rows)],
    ['lecunUniform', nn.lecunUniform, 1 / rows, Math.sqrt(3 / rows)],
    ['glorotNormal', nn.glorotNormal, 2 / (rows + columns), cut * Math.sqrt(2 / (rows + columns))],
    ['heNormal', nn.heNormal, 2 / rows, cut * Math.sqrt(2 / rows)],
    ['lecunNormal', nn.lecunNormal, 1 / rows, cut * Math.sqrt(1 / rows)],
    ['randomUniform', nn.randomUniform(), 0.1 ** 2 / 12, 0.05],
    ['truncatedNormal', nn.truncatedNormal(0, 1), 0.8796256610342398 ** 2, 2],
  ] as const)('%s has its variance and its bound', (_, initialiser, variance, bound) => {
    const found = moments(draw(initialiser));
    expect(Math.abs(found.mean)).toBeLessThan(4 * Math.sqrt(variance / (rows * columns)));
    expect(found.variance / variance).toBeCloseTo(1, 1.5);
    expect(found.largest).toBeLessThanOrEqual(bound * (1 + 1e-6));
    expect(found.largest).toBeGreaterThan(bound * 0.98);
  });

  it('of a convolution count the window', () => {
    const found = moments(draw(nn.heUniform, [3, 3, 20, 50]));
    expect(found.largest).toBeCloseTo(Math.sqrt(6 / 180), 3);
  });

  it('are orthogonal along the shorter side', () => {
    for (const shape of [
      [6, 4],
      [4, 6],
      [2, 3, 4],
    ]) {
      const q = draw(nn.orthogonal(2), shape).reshape([-1, shape.at(-1)!]);
      const product = q.shape[0]! >= q.shape[1]! ? q.transpose().matmul(q) : q.matmul(q.transpose());
      const identity = product.div(4).sub(eye(product.shape[0]!));
      expect(identity.abs().max().item()).toBeLessThan(1e-6);
    }
  });

  it('may be functions, and constants', () => {
    const layer = new nn.Dense(2, {
      kernelInitialiser: nn.constant(3),
      biasInitialiser: (shape) => nn.constant(1)(shape, key),
    });
    expect(layer(draw(nn.constant(1), [1, 4])).toArray()).toEqual([[13, 13]]);
    expect(moments(draw(nn.randomNormal(2, 0.5))).mean).toBeCloseTo(2, 1);
  });
});
