// Layers against the numbers of Keras (test/reference): results, moving statistics, gradients; eager and compiled alike to the bit.
import { evalShape, jit, type NestedArray, spec, type Tensor, tensor, type Variable, vjp } from 'tracejit';
import * as nn from 'tracejit/nn';
import { describe, expect, it } from 'vitest';
import { expectNear, reference } from './reference.ts';

interface Case {
  readonly layer: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly training: boolean;
  readonly mask: boolean[][] | null;
  readonly input: NestedArray;
  readonly weights: NestedArray[];
  readonly outputs: NestedArray[];
  readonly gradient: NestedArray | null;
  readonly weightsAfter: NestedArray[];
}

const leading: Readonly<Record<string, readonly string[]>> = {
  Embedding: ['inputs', 'units'],
  Dense: ['units'],
  SimpleRNN: ['units'],
  LSTM: ['units'],
  GRU: ['units'],
  Conv1D: ['filters', 'kernelSize'],
  Conv2D: ['filters', 'kernelSize'],
};

type AnyLayer = nn.Layer & ((...args: unknown[]) => Tensor);

function make({ layer, config }: Case): AnyLayer {
  const first = leading[layer] ?? [];
  const rest = Object.fromEntries(Object.entries(config).filter(([key]) => !first.includes(key)));
  const LayerClass = (nn as unknown as Record<string, new (...args: unknown[]) => AnyLayer>)[layer]!;
  return new LayerClass(...first.map((key) => config[key]), rest);
}

const known = reference<Case[]>('layers');

describe('layers of Keras', () => {
  it.each(
    known.map(
      (c) =>
        [
          `${c.layer} ${JSON.stringify(c.config)} ${c.training}${c.mask === null ? '' : ' masked'}`,
          c,
        ] as const,
    ),
  )('%s', (_, c) => {
    const x = tensor(c.input as number[], { dtype: c.layer === 'Embedding' ? 'int32' : 'float32' });
    const run = (wrap: <F extends (x: Tensor) => Tensor>(f: F) => F): number[] => {
      const layer = make(c);
      const apply = (t: Tensor): Tensor =>
        c.layer === 'MultiHeadAttention'
          ? layer(t, t)
          : layer(t, { training: c.training, ...(c.mask !== null && { mask: tensor(c.mask) }) });
      // Weights are made at the first call.
      evalShape(apply, spec(x.shape, x.dtype));
      const weights = layer.namedVariables().map(([, v]: readonly [string, Variable]) => v);
      expect(weights.length).toBe(c.weights.length);
      weights.forEach((w, i) => w.assign(tensor(c.weights[i] as number[])));
      const seen: Tensor[] = [];
      const call = wrap(apply);
      for (const expected of c.outputs) {
        const y = call(x);
        expectNear(y, expected, 'output');
        seen.push(y);
      }
      weights.forEach((w, i) => {
        expectNear(w, c.weightsAfter[i]!, 'weights after');
      });
      if (c.gradient !== null) {
        weights.forEach((w, i) => w.assign(tensor(c.weights[i] as number[])));
        const gradient = wrap((t: Tensor) => {
          const [y, pullback] = vjp(apply, t);
          return pullback(y.mul(2))[0];
        })(x);
        expectNear(gradient, c.gradient, 'gradient', 1e-5);
        seen.push(gradient);
      }
      return [...seen.flatMap((t) => [...t.data()]), ...weights.flatMap((w) => [...w.data()])];
    };
    const eager = run((f) => f);
    const compiled = run((f) => jit(f) as never);
    expect(compiled).toEqual(eager);
  });
});
