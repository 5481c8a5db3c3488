// What users see when optimizers, schedules and data sets are given what they cannot use.
import { type Tensor, tensor, variable, zeros } from 'tracejit';
import { DataLoader, dataset } from 'tracejit/data';
import { Adam, clipByNorm, cosineDecay, RMSProp, SGD, stepDecay, warmup } from 'tracejit/optim';
import { describe, expect, it, vi } from 'vitest';
import { messageOf } from './message.ts';

const v = variable(zeros([2]), { name: 'w' });

describe('optimizers', () => {
  it('refuse options they do not know, and numbers out of range', () => {
    expect(messageOf(() => new SGD({ momentum: 0.9, nesterov: 'yes' as never }))).toBe(
      'OptionError: SGD: nesterov must be true or false, got yes; give a jitted function a boolean, not a tensor or a number: booleans stay what they are',
    );
    expect(messageOf(() => new SGD({ dampening: 0.1 }))).toBe(
      'OptionError: SGD: dampening is of a momentum without nesterov, as in { momentum: 0.9, dampening: 0.1 }',
    );
    expect(messageOf(() => new SGD({ rate: 1 } as object))).toBe(
      "OptionError: SGD: unknown option 'rate'; there are lr, clipValue, clipNorm, globalClipNorm, momentum, nesterov, dampening, weightDecay",
    );
    expect(messageOf(() => new SGD({ lr: -1 }))).toBe('OptionError: SGD: lr must be a number >= 0, got -1');
    expect(messageOf(() => new Adam({ beta1: 1 }))).toBe(
      'OptionError: Adam: beta1 must be a number >= 0 and < 1, got 1',
    );
    expect(messageOf(() => new RMSProp({ clipNorm: 0 }))).toBe(
      'OptionError: RMSProp: clipNorm must be a number > 0, got 0',
    );
    expect(messageOf(() => new SGD({ nesterov: true }))).toBe(
      'OptionError: SGD: nesterov needs a momentum, as in { momentum: 0.9, nesterov: true }',
    );
  });

  it('name the variable whose gradient does not fit', () => {
    const opt = new SGD();
    expect(messageOf(() => opt.applyGradients([[zeros([3]), v]]))).toBe(
      "ShapeError: SGD.applyGradients: the gradient of variable 'w' has shape [3], the variable [2]",
    );
    expect(messageOf(() => opt.applyGradients([[3 as never, v]]))).toBe(
      "ArgumentError: SGD.applyGradients: the gradient of variable 'w' must be a tensor, got 3",
    );
    expect(messageOf(() => opt.applyGradients([v, zeros([2])] as never))).toBe(
      'ArgumentError: SGD.applyGradients: expected pairs [gradient, variable]',
    );
    const pair = [zeros([2]), v] as const;
    expect(messageOf(() => opt.applyGradients([pair, pair]))).toBe(
      "ArgumentError: SGD.applyGradients: variable 'w' is in two pairs",
    );
    expect(messageOf(() => opt.applyGradients([]))).toBe(
      'ArgumentError: SGD.applyGradients: there are no pairs',
    );
    expect(messageOf(() => opt.applyGradients([[null, v]]))).toBe(
      'ArgumentError: SGD.applyGradients: no gradient for any of w; does the loss depend on them?',
    );
    expect(opt.iterations.item()).toBe(0);
  });

  it('warn once of missing gradients', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    try {
      const [opt, other] = [new SGD({ lr: 1 }), variable(tensor(1), { name: 'other' })];
      for (let i = 0; i < 2; i++)
        opt.applyGradients([
          [null, v],
          [tensor(1), other],
        ]);
      expect(other.item()).toBe(-1);
      expect(warn.mock.calls).toEqual([['SGD.applyGradients: no gradient for w; they stay as they are']]);
    } finally {
      warn.mockRestore();
    }
  });

  it('of the functional face want the state of init', () => {
    const opt = new Adam();
    const params = { w: zeros([2]) };
    expect(messageOf(() => opt.update(params, {} as never, params))).toBe(
      "ArgumentError: Adam.update: the state has no 'm'; begin with init(params)",
    );
    expect(messageOf(() => opt.update({ v: zeros([2]) }, opt.init(params), params))).toBe(
      'TreeError: tree.map: tree 2 has another structure than the first, which has leaves tree.w; got tree.v',
    );
  });

  it('have a rate that is set or follows a schedule', () => {
    const opt = new SGD({ lr: stepDecay({ initial: 1, stepSize: 3 }) });
    expect(
      messageOf(() => {
        opt.lr = 1;
      }),
    ).toBe('OptionError: SGD: the learning rate follows a schedule and cannot be set');
    expect(messageOf(() => new SGD({ lr: () => zeros([2]) }).lr)).toBe(
      'OptionError: SGD: the schedule must return a float32 scalar, got float32[2]',
    );
  });
});

describe('schedules and clipping', () => {
  it('refuse what means nothing', () => {
    expect(messageOf(() => cosineDecay({ initial: 0.1, decaySteps: 0 }))).toBe(
      'OptionError: cosineDecay: decaySteps must be a number > 0, got 0',
    );
    expect(messageOf(() => stepDecay({ initial: 0.1, stepSize: 1.5 }))).toBe(
      'OptionError: stepDecay: stepSize must be an integer >= 1, got 1.5',
    );
    expect(messageOf(() => warmup('fast' as never, { steps: 3 }))).toBe(
      "OptionError: warmup: expected a learning rate or a schedule, got 'fast'",
    );
    expect(messageOf(() => clipByNorm([tensor(1)], 0))).toBe(
      'OptionError: clipByNorm: limit must be a number > 0, got 0',
    );
  });
});

describe('data sets', () => {
  it('name what cannot be rows', () => {
    expect(messageOf(() => dataset({ x: zeros([4, 2]), y: zeros([3]) }))).toBe(
      'ShapeError: dataset: data.y has 3 rows, data.x 4; all must have as many',
    );
    expect(messageOf(() => dataset({ x: tensor(1) }))).toBe(
      'ArgumentError: dataset: data.x is a scalar; a data set is made of tensors whose first axis counts the rows',
    );
    expect(messageOf(() => dataset([1]))).toBe(
      'ArgumentError: dataset: data[0] is the number 1; a data set is made of tensors whose first axis counts the rows',
    );
    expect(messageOf(() => dataset(null))).toBe('ArgumentError: dataset: there is no tensor in the data');
    const rows = dataset(zeros([3]));
    expect(messageOf(() => rows.batch(0))).toBe('OptionError: batch: expected an integer >= 1, got 0');
    expect(messageOf(() => rows.shuffle({ seed: 0.5 }))).toBe(
      'OptionError: shuffle: seed must be an integer, got 0.5',
    );
    expect(messageOf(() => new DataLoader(rows, { batch: 3 } as object))).toBe(
      "OptionError: DataLoader: unknown option 'batch'; there are batchSize, shuffle, seed, dropLast",
    );
    let i = 0;
    const uneven = rows.map((x: Tensor) => (i++ === 0 ? { x } : { y: x }));
    expect(messageOf(() => [...uneven.batch(2)])).toBe(
      'TreeError: batch: the examples do not have one structure, so they cannot be stacked',
    );
  });
});
