// Convolution and pooling: against sums written out, options, padding, gradients; eager and compiled alike to the bit.
import { describe, expect, it } from 'vitest';
import {
  avgPool1d,
  avgPool2d,
  type ConvOptions,
  conv1d,
  conv2d,
  grad,
  jit,
  maxPool1d,
  maxPool2d,
  numericGradient,
  random,
  type Tensor,
  tensor,
} from '../../../src/index.ts';
import { messageOf } from '../../errors/message.ts';

const image = random.normal(random.key(1), [2, 6, 5, 4]);
const kernel = random.normal(random.key(2), [3, 2, 4, 6]);

interface Plan {
  readonly strides: readonly [number, number];
  readonly dilation: readonly [number, number];
  readonly groups: number;
  readonly before: readonly [number, number];
  readonly out: readonly [number, number];
}

// The formula, one product after the other, in float64.
function written(x: Tensor, w: Tensor, { strides, dilation, groups, before, out }: Plan): number[] {
  const [n, height, width, c] = x.shape as [number, number, number, number];
  const [kh, kw, own, f] = w.shape as [number, number, number, number];
  const [xs, ws] = [x.data(), w.data()];
  const result: number[] = [];
  for (let b = 0; b < n; b++)
    for (let oy = 0; oy < out[0]; oy++)
      for (let ox = 0; ox < out[1]; ox++)
        for (let feature = 0; feature < f; feature++) {
          const group = Math.floor(feature / (f / groups));
          let sum = 0;
          for (let ky = 0; ky < kh; ky++)
            for (let kx = 0; kx < kw; kx++) {
              const y = oy * strides[0] + ky * dilation[0] - before[0];
              const z = ox * strides[1] + kx * dilation[1] - before[1];
              if (y < 0 || y >= height || z < 0 || z >= width) continue;
              for (let i = 0; i < own; i++)
                sum +=
                  xs[((b * height + y) * width + z) * c + group * own + i]! *
                  ws[((ky * kw + kx) * own + i) * f + feature]!;
            }
          result.push(sum);
        }
  return result;
}

describe('conv2d', () => {
  const cases: readonly (readonly [ConvOptions, Plan])[] = [
    [{}, { strides: [1, 1], dilation: [1, 1], groups: 1, before: [0, 0], out: [4, 4] }],
    [{ padding: 'same' }, { strides: [1, 1], dilation: [1, 1], groups: 1, before: [1, 0], out: [6, 5] }],
    [
      { padding: 'same', strides: [2, 3] },
      { strides: [2, 3], dilation: [1, 1], groups: 1, before: [0, 0], out: [3, 2] },
    ],
    [
      {
        padding: [
          [2, 1],
          [0, 3],
        ],
        strides: 2,
      },
      { strides: [2, 2], dilation: [1, 1], groups: 1, before: [2, 0], out: [4, 4] },
    ],
    [{ dilation: [2, 3] }, { strides: [1, 1], dilation: [2, 3], groups: 1, before: [0, 0], out: [2, 2] }],
  ];
  it.each(cases)('%j is the sum written out', (options, plan) => {
    const y = conv2d(image, kernel, options);
    expect(y.shape).toEqual([2, ...plan.out, 6]);
    const expected = written(image, kernel, plan);
    [...y.data()].forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i]!, 5);
    });
    for (const backend of ['js', 'wasm'] as const) {
      const f = jit(
        (x: Tensor, w: Tensor) =>
          grad((a: Tensor, b: Tensor) => a.conv2d(b, options).square().sum(), [0, 1])(x, w),
        { backend },
      );
      const eager = grad((a: Tensor, b: Tensor) => a.conv2d(b, options).square().sum(), [0, 1])(
        image,
        kernel,
      );
      f(image, kernel).forEach((g, i) => {
        expect(g.toArray()).toEqual(eager[i]!.toArray());
      });
    }
  });

  it('with groups convolves them apart', () => {
    const w = random.normal(random.key(3), [3, 2, 2, 6]);
    const y = conv2d(image, w, { groups: 2 });
    const plan: Plan = { strides: [1, 1], dilation: [1, 1], groups: 2, before: [0, 0], out: [4, 4] };
    written(image, w, plan).forEach((value, i) => {
      expect(y.data()[i]).toBeCloseTo(value, 5);
    });
    const half = (x: Tensor, i: number, n: number): Tensor => x.slice(null, null, null, [i * n, (i + 1) * n]);
    const apart = half(image, 1, 2).conv2d(half(w, 1, 3));
    expect(half(y, 1, 3).toArray()).toEqual(apart.toArray());
  });

  it('has the gradient of finite differences', () => {
    const small = random.normal(random.key(4), [1, 4, 4, 2]);
    const w = random.normal(random.key(5), [3, 3, 2, 2]);
    const loss = (x: Tensor): Tensor => x.conv2d(w, { padding: 'same', strides: 2 }).tanh().sum();
    const [exact, estimate] = [grad(loss)(small).data(), numericGradient(loss, small).data()];
    exact.forEach((g, i) => {
      expect(g).toBeCloseTo(estimate[i]!, 2);
    });
  });

  it('reads windows into the panels of JavaScript, to the same bits', () => {
    const x = random.normal(random.key(8), [2, 16, 16, 8]);
    const w = random.normal(random.key(9), [3, 3, 8, 32]);
    const f = jit((a: Tensor, b: Tensor) => a.conv2d(b, { padding: 'same' }).relu(), { backend: 'js' });
    expect(f.lower(x, w).source).toContain('new Float64Array');
    expect(f(x, w).data()).toEqual(x.conv2d(w, { padding: 'same' }).relu().data());
  });

  it('is fused with what comes after it, and copies no windows', () => {
    const f = jit((x: Tensor, w: Tensor) => conv2d(x, w).add(1).relu());
    expect(f.lower(image, kernel).cost.length).toBe(1);
    expect(f.lower(image, kernel).memory.arena).toBe(0);
  });
});

describe('conv1d', () => {
  it('is a convolution of one row', () => {
    const x = random.normal(random.key(6), [2, 7, 3]);
    const w = random.normal(random.key(7), [3, 3, 4]);
    const options = { padding: 'same', strides: 2 } as const;
    expect(conv1d(x, w, options).toArray()).toEqual(
      conv2d(x.expandDims(1), w.expandDims(0), { ...options, strides: [1, 2] })
        .squeeze(1)
        .toArray(),
    );
  });
});

const grid = tensor(new Float32Array(Array.from({ length: 20 }, (_, i) => (i * 7) % 20)), {
  shape: [1, 4, 5, 1],
});
const plainOf = (x: Tensor): unknown => x.reshape([x.shape[1]!, x.shape[2]!]).toArray();

describe('pooling', () => {
  it('takes the largest element of each window', () => {
    // The grid: [0 7 14 1 8] [15 2 9 16 3] [10 17 4 11 18] [5 12 19 6 13]
    expect(plainOf(maxPool2d(grid, 2))).toEqual([
      [15, 16],
      [17, 19],
    ]);
    expect(plainOf(maxPool2d(grid, 3, { strides: 2, padding: 'same' }))).toEqual([
      [17, 17, 18],
      [17, 19, 18],
    ]);
    expect(plainOf(maxPool2d(grid.neg(), 2, { padding: 'same' }))).toEqual([
      [-0, -1, -3],
      [-5, -4, -13],
    ]);
    expect(maxPool1d(tensor([[[1], [3], [2], [5]]]), 2).toArray()).toEqual([[[3], [5]]]);
  });

  it('averages without counting the padding', () => {
    expect(plainOf(avgPool2d(grid, 2))).toEqual([
      [6, 10],
      [11, 10],
    ]);
    expect(plainOf(avgPool2d(grid, 2, { padding: 'same' }))).toEqual([
      [6, 10, 5.5],
      [11, 10, 15.5],
    ]);
    expect(avgPool1d(tensor([[[1], [3], [2]]]), 3, { strides: 1, padding: 'same' }).toArray()).toEqual([
      [[2], [2], [2.5]],
    ]);
  });

  it('shares the gradient among equal largest elements', () => {
    const x = tensor([1, 1, 0, 2], { shape: [1, 2, 2, 1] });
    const g = (t: Tensor): Tensor => grad((a: Tensor) => maxPool2d(a, [1, 2]).sum())(t);
    expect(g(x).flatten().toArray()).toEqual([0.5, 0.5, 0, 1]);
    expect(jit(g)(x).toArray()).toEqual(g(x).toArray());
    const overlapping = (t: Tensor): Tensor =>
      grad((a: Tensor) => maxPool2d(a, 2, { strides: 1, padding: 'same' }).square().sum())(t);
    for (const backend of ['js', 'wasm'] as const)
      expect(jit(overlapping, { backend })(grid).toArray()).toEqual(overlapping(grid).toArray());
  });
});

describe('what cannot be convolved or pooled', () => {
  it('is refused by name', () => {
    expect(messageOf(() => conv2d(image.slice(0), kernel))).toBe(
      'ShapeError: conv2d: expected [batch, height, width, channels], got f32[6,5,4]; channels are the last axis',
    );
    expect(messageOf(() => conv2d(image, kernel.slice(0)))).toBe(
      'ShapeError: conv2d: the kernel must be [height, width, channels, features], got f32[2,4,6]',
    );
    expect(messageOf(() => conv2d(image, kernel.slice(null, null, [0, 3])))).toBe(
      'ShapeError: conv of f32[2,6,5,4] and f32[3,2,3,6]: the kernel is for 3 channels, x has 4; w must be [3,2,4,6]',
    );
    expect(messageOf(() => conv2d(image, kernel, { groups: 4 }))).toBe(
      'ShapeError: conv of f32[2,6,5,4] and f32[3,2,4,6]: 4 groups do not divide 4 channels and 6 features',
    );
    expect(messageOf(() => conv2d(image, kernel, { dilation: 3 }))).toBe(
      'ShapeError: conv2d: a window of 3 with dilation 3, which reaches over 7, does not fit into axis 1 of [2,6,5,4]',
    );
    expect(messageOf(() => conv2d(image, kernel, { padding: 1 as never }))).toBe(
      "OptionError: conv2d: padding must be 'same', 'valid' or [before, after] for each of 2 axes, got 1",
    );
    expect(messageOf(() => conv2d(image, kernel, { stride: 2 } as object))).toBe(
      "OptionError: conv2d: unknown option 'stride'; there are strides, padding, dilation, groups",
    );
    expect(messageOf(() => maxPool2d(image, 0))).toBe(
      'OptionError: maxPool2d: size must be an integer >= 1, or 2 of them, got 0',
    );
    expect(
      messageOf(() =>
        avgPool2d(image, 2, {
          padding: [
            [2, 0],
            [0, 0],
          ],
        }),
      ),
    ).toBe(
      'OptionError: avgPool2d: padding [2, 0] along an axis of windows of 2: one would hold nothing else',
    );
    expect(messageOf(() => maxPool2d(image, 9))).toBe(
      'ShapeError: maxPool2d: a window of 9 does not fit into axis 1 of [2,6,5,4]',
    );
  });
});
