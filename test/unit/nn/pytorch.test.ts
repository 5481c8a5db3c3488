// Losses, normalisation and recurrent layers against the numbers of PyTorch's own (test/reference): values, gradients, moving statistics; eager and
// compiled alike to the bit. Its weights are ours in another order: matrices transposed, two biases added, the gates of GRU z and r changed about.
import { evalShape, jit, type NestedArray, spec, type Tensor, tensor, vjp } from 'tracejit';
import * as nn from 'tracejit/nn';
import { describe, expect, it } from 'vitest';
import { expectNear, reference } from './reference.ts';

interface Case {
  readonly layer: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly training: boolean;
  readonly calls: number;
  readonly input: number[];
  readonly outputs: NestedArray[];
  readonly gradient: NestedArray;
  readonly weights: Readonly<Record<string, number[]>>;
  readonly weightGradients: Readonly<Record<string, number[]>>;
  readonly buffers: Readonly<Record<string, number[]>>;
}
interface Reference {
  readonly losses: readonly (readonly [string, string, string, object, NestedArray, NestedArray])[];
  readonly layers: readonly Case[];
}
const known = reference<Reference>('pytorch');
const { inputs } = reference<{ inputs: Readonly<Record<string, number[]>> }>('losses');
const input = (name: string): Tensor =>
  tensor(inputs[name]!, { dtype: name === 'ids' ? 'int32' : 'float32' });

describe('losses of PyTorch', () => {
  it.each(known.losses)('%s of %s and %s, %j', (name, truth, guess, options, value, gradient) => {
    const loss = (nn as unknown as Record<string, nn.Loss>)[name]!;
    const step = (x: Tensor): Tensor[] => {
      const [y, pullback] = vjp((p: Tensor) => loss(input(truth), p, options), x);
      return [y, pullback(y.mul(0).add(1))[0]];
    };
    const [y, g] = step(input(guess)) as [Tensor, Tensor];
    expectNear(y, value, 'loss');
    expectNear(g, gradient, 'gradient');
    expect(jit(step)(input(guess)).map((t) => t.toArray())).toEqual([y.toArray(), g.toArray()]);
  });
});

/** PyTorch's parameters as ours; as well the gradients, but for the one bias that is the sum of two and has the gradient of either. */
function ours(layer: string, of: Readonly<Record<string, number[]>>, biases: 'added' | 'either'): Tensor[] {
  const at = (name: string): Tensor => tensor(of[name]!);
  if (layer === 'BatchNorm' || layer === 'LayerNorm') return [at('weight'), at('bias')];
  const gates = (x: Tensor): Tensor => {
    if (layer !== 'GRU') return x;
    const [r, z, n] = x.split(3, -1) as [Tensor, Tensor, Tensor];
    return z.concat([r, n], -1);
  };
  const kernels = ['weight_ih_l0', 'weight_hh_l0'].map((name) => gates(at(name).transpose()));
  const [b, c] = [gates(at('bias_ih_l0')), gates(at('bias_hh_l0'))];
  const bias =
    layer === 'GRU' ? b.expandDims(0).concat([c.expandDims(0)], 0) : biases === 'added' ? b.add(c) : b;
  return [...kernels, bias];
}

function made({ layer, config: { units, ...config } }: Case): nn.Layer & ((x: Tensor) => Tensor) {
  type AnyLayer = new (...args: unknown[]) => nn.Layer & ((x: Tensor) => Tensor);
  const LayerClass = (nn as unknown as Record<string, AnyLayer>)[layer]!;
  const recurrent = { ...config, returnSequences: true, returnState: true };
  return units === undefined ? new LayerClass(config) : new LayerClass(units, recurrent);
}

describe('layers of PyTorch', () => {
  it.each(known.layers.map((c) => [`${c.layer} ${JSON.stringify(c.config)} ${c.training}`, c] as const))(
    '%s',
    (_, c) => {
      const x = tensor(c.input);
      const run = (wrap: <F extends (x: Tensor) => Tensor[]>(f: F) => F): number[] => {
        const layer = made(c).train(c.training);
        const call = (t: Tensor): Tensor[] => [layer(t)].flat();
        evalShape(call, spec(x.shape));
        const variables = layer.parameters();
        ours(c.layer, c.weights, 'added').forEach((w, i) => {
          variables[i]!.assign(w);
        });
        const compiled = wrap(call);
        let results: Tensor[] = [];
        for (let i = 0; i < c.calls; i++) results = compiled(x);
        results.forEach((y, i) => {
          expectNear(y, c.outputs[i]!, `output ${i}`);
        });
        if (layer instanceof nn.BatchNorm) {
          expectNear(layer.movingMean, c.buffers.running_mean!, 'moving mean');
          // PyTorch's moving variance takes in n / (n - 1) of the batch's.
          const n = x.size / layer.movingMean.size;
          const left = 0.9 ** (c.training ? c.calls : 0);
          const moved = c.buffers.running_var!.map((v) => left + ((v - left) * (n - 1)) / n);
          expectNear(layer.movingVariance, c.training ? moved : c.buffers.running_var!, 'moving variance');
        }
        const gradients = wrap((t: Tensor) => {
          const [y, pullback] = vjp(
            (given: { t: Tensor; w: Tensor[] }) => {
              given.w.forEach((w, i) => {
                variables[i]!.assign(w);
              });
              return call(given.t)[0]!;
            },
            { t, w: variables.map((v) => v.value()) },
          );
          const { t: byInput, w: byWeights } = pullback(y.mul(2))[0] as { t: Tensor; w: Tensor[] };
          return [byInput, ...byWeights];
        })(x);
        expectNear(gradients[0]!, c.gradient, 'gradient');
        ours(c.layer, c.weightGradients, 'either').forEach((g, i) => {
          expectNear(gradients[i + 1]!, g.toArray(), `gradient of weight ${i}`);
        });
        return [...results, ...gradients].flatMap((t) => [...t.data()]);
      };
      expect(run((f) => jit(f) as never)).toEqual(run((f) => f));
    },
  );
});
