// Functions of tensors on symbolic tensors: residuals and concatenations as Keras users write them.
import * as tracejit from 'tracejit';
import {
  add,
  concat,
  einsum,
  gelu,
  jit,
  matmul,
  maximum,
  overridableName,
  pow,
  random,
  relu,
  softmax,
  split,
  stack,
  type Tensor,
  tensor,
  topK,
  variable,
  where,
  zerosLike,
} from 'tracejit';
import { Dense, functional, input, modelFromJSON } from 'tracejit/nn';
import { Adam } from 'tracejit/optim';
import { describe, expect, it } from 'vitest';

// Everything a program can be given that does not compute with the numbers of tensors alone.
const others = new Set([
  ...['Generator', 'GradientTape', 'Setting', 'Tensor', 'Variable'],
  ...['arange', 'eye', 'full', 'linspace', 'ones', 'spec', 'tensor', 'variable', 'zeros'],
  ...[
    'alongside',
    'assert',
    'check',
    'print',
    'checkpoint',
    'customGradient',
    'alongside',
    'eagerly',
    'update',
    'noGrad',
    'giveOverride',
    'update',
    'overridableName',
  ],
  ...['cond', 'forLoop', 'scan', 'switchCase', 'vmap', 'whileLoop', 'configure', 'evalShape', 'jit'],
  ...['grad', 'hessian', 'jacobian', 'jvp', 'numericGradient', 'valueAndGrad', 'vjp'],
]);

describe('functions of tensors', () => {
  it('ask symbolic tensors, all of them and by their own names', () => {
    const functions = Object.entries(tracejit).filter(
      ([name, f]) => typeof f === 'function' && !name.endsWith('Error') && !others.has(name),
    );
    expect(functions.length).toBeGreaterThan(90);
    for (const [name, f] of functions) expect(overridableName(f)).toBe(name);
    for (const name of others)
      expect(overridableName(tracejit[name as keyof typeof tracejit])).toBe(undefined);
  });

  it('are done again on what the model is given', () => {
    const [a, b] = [input([3]), input([3])];
    const w = variable(random.normal(random.key(2), [3, 3]), { name: 'w' });
    const f = (p: Tensor, q: Tensor): Tensor[] => {
      const [left, right] = split(concat([p, relu(q)], -1), 2, 1) as [Tensor, Tensor];
      const { values } = topK(add(p, q), 2);
      return [
        stack([left, right, zerosLike(p)], 1),
        where(p.greater(0), pow(q, 2), softmax(p)),
        maximum(1, gelu(p)),
        values,
        einsum('ni,nj->nij', p, q),
        matmul(p, w),
        tensor([1, 2, 3]).add(p),
      ];
    };
    const model = functional([a, b], f(a, b));
    const copy = modelFromJSON(JSON.stringify(functional([a, b], f(a, b).toSpliced(5, 1))));
    for (const rows of [1, 4]) {
      const [p, q] = [random.normal(random.key(0), [rows, 3]), random.normal(random.key(1), [rows, 3])];
      const values = (results: unknown): unknown => (results as Tensor[]).map((t) => t.toArray());
      expect(values(model([p, q]))).toEqual(values(f(p, q)));
      expect(values(jit(model)([p, q]))).toEqual(values(f(p, q)));
      expect(values(copy([p, q]))).toEqual(values(f(p, q).toSpliced(5, 1)));
    }
    expect(model.trainableWeights.map((v) => v === w)).toEqual([true]);
  });

  it('make residual blocks that train', async () => {
    const x = input([4]);
    let h = relu(new Dense(8)(x));
    for (let i = 0; i < 2; i++) h = add(h, relu(new Dense(8)(h)));
    const model = functional(x, new Dense(1)(concat([h, x], -1)));
    model.compile({ optimizer: new Adam({ lr: 0.01 }), loss: 'mse' });
    const data = random.normal(random.key(3), [64, 4]);
    const { history } = await model.fit(data, data.sum(1, true), { epochs: 20, verbose: 'silent' });
    expect(history.loss!.at(-1)!).toBeLessThan(history.loss![0]! / 2);
    expect(model.trainableWeights.length).toBe(8);
  });
});
