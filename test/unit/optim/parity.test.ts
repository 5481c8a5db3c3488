// Optimizers, clipping and schedules against the numbers of PyTorch and Keras (test/reference), and every step the same bits in every way.
import { readFileSync } from 'node:fs';
import { jit, type Tensor, tensor, valueAndGrad, variable } from 'tracejit';
import * as optim from 'tracejit/optim';
import { describe, expect, it } from 'vitest';

interface Reference {
  readonly start: number[];
  readonly gradients: number[][];
  readonly cases: { readonly name: string; readonly options: object; readonly after: number[][] }[];
  readonly clipValue: number[][];
  readonly clipGlobalNorm: number[][];
  readonly asked: number[];
  readonly schedules: Readonly<Record<'exponentialDecay' | 'staircase' | 'cosineDecay', number[]>>;
}
const reference = JSON.parse(
  readFileSync(new URL('../../reference/optimizers.json', import.meta.url), 'utf8'),
) as Reference;

type Make = new (options: object) => optim.Optimizer;
const make = (name: string, options: object): optim.Optimizer =>
  new (optim as unknown as Record<string, Make>)[name]!(options);

function expectNear(actual: Tensor, expected: readonly number[], what: string): void {
  [...actual.data()].forEach((x, i) => {
    expect(Math.abs(x - expected[i]!), `${what}, element ${i}: ${x}, ${expected[i]}`).toBeLessThanOrEqual(
      2e-6 * Math.max(1, Math.abs(expected[i]!)),
    );
  });
}

describe('five steps of PyTorch', () => {
  for (const { name, options, after } of reference.cases) {
    it(`${name} ${JSON.stringify(options)}`, () => {
      const opt = make(name, options);
      const p = variable(tensor(reference.start));
      const functional = make(name, options);
      let params = { p: tensor(reference.start) };
      let state = functional.init(params);
      reference.gradients.forEach((gradient, i) => {
        const g = tensor(gradient);
        opt.applyGradients([[g, p]]);
        [params, state] = functional.update({ p: g }, state, params);
        expectNear(p, after[i]!, `step ${i + 1}`);
        expect(params.p.toArray()).toEqual(p.toArray());
      });
      expect([opt.iterations.item(), state.step.item()]).toEqual([5, 5]);
    });
  }
});

// A loss that moves all parameters of two shapes.
const lossOf = ({ w, b }: { w: Tensor; b: Tensor }, x: Tensor): Tensor =>
  x.matmul(w).add(b).tanh().square().mean();
const x = tensor([
  [1, 2, -1],
  [0.5, -1, 2],
  [3, 0.1, 0.2],
]);
const startW = [
  [0.3, -0.2],
  [0.1, 0.4],
  [-0.5, 0.2],
];

describe('twenty steps, eager and compiled, have the same bits', () => {
  for (const [name, options] of [
    ['SGD', { lr: 0.1 }],
    ['SGD', { lr: 0.1, momentum: 0.9, nesterov: true, clipNorm: 0.01 }],
    ['Adam', { lr: optim.warmup(optim.cosineDecay({ initial: 0.1, decaySteps: 15 }), { steps: 4 }) }],
    ['AdamW', { lr: 0.05, globalClipNorm: 0.1 }],
    ['RMSProp', { momentum: 0.5, centered: true }],
    ['Adagrad', { lr: 0.1, lrDecay: 0.01, clipValue: 0.05 }],
  ] as const) {
    it(`${name} ${Object.keys(options)}`, () => {
      const run = (wrap: (f: () => Tensor) => () => Tensor): number[] => {
        const opt = make(name, options);
        const w = variable(tensor(startW), { name: 'w' });
        const b = variable(tensor([0.1, -0.1]), { name: 'b' });
        const step = wrap(() => {
          const [loss, grads] = valueAndGrad(lossOf)({ w: w.value(), b: b.value() }, x);
          opt.applyGradients([
            [grads.w, w],
            [grads.b, b],
          ]);
          return loss;
        });
        const losses = Array.from({ length: 20 }, () => step().item());
        return [...losses, ...w.data(), ...b.data(), ...opt.variables.flatMap((v) => [...v.data()])];
      };
      const eager = run((f) => f);
      expect(run((f) => jit(f))).toEqual(eager);
      expect(run((f) => jit(f, { backend: 'js' }))).toEqual(eager);

      const functional = make(name, options);
      const start = { w: tensor(startW), b: tensor([0.1, -0.1]) };
      let [params, state] = [start, functional.init(start)];
      const step = jit((p: typeof start, s: typeof state): [Tensor, typeof start, typeof state] => {
        const [loss, grads] = valueAndGrad(lossOf)(p, x);
        return [loss, ...functional.update(grads, s, p)];
      });
      const losses: number[] = [];
      for (let i = 0; i < 20; i++) {
        const [loss, nextParams, nextState] = step(params, state);
        [params, state] = [nextParams, nextState];
        losses.push(loss.item());
      }
      expect(losses).toEqual(eager.slice(0, 20));
      expect(losses[19]).toBeLessThan(losses[0]!);
    });
  }
});

describe('learning rates', () => {
  it('follow the schedules of Keras', () => {
    const { exponentialDecay, staircase, cosineDecay } = reference.schedules;
    const exponential = { initial: 0.1, decaySteps: 10, decayRate: 0.5 };
    const at = (schedule: optim.Schedule): Tensor =>
      tensor(reference.asked.map((step) => schedule(tensor(step)).item()));
    expectNear(at(optim.exponentialDecay(exponential)), exponentialDecay, 'exponential');
    expectNear(at(optim.exponentialDecay({ ...exponential, staircase: true })), staircase, 'staircase');
    expectNear(at(optim.cosineDecay({ initial: 0.1, decaySteps: 30, alpha: 0.1 })), cosineDecay, 'cosine');
  });

  it('fall in steps, and rise first', () => {
    const at = (schedule: optim.Schedule, step: number): number => schedule(tensor(step)).item();
    const step = optim.stepDecay({ initial: 0.5, stepSize: 10, gamma: 0.25 });
    expect([0, 9, 10, 19, 20].map((s) => at(step, s))).toEqual([0.5, 0.5, 0.125, 0.125, 0.03125]);
    const warm = optim.warmup(step, { steps: 4 });
    expect([0, 1, 3, 4, 13, 14].map((s) => at(warm, s))).toEqual([0.125, 0.25, 0.5, 0.5, 0.5, 0.125]);
    expect(at(optim.constant(0.25), 7)).toBe(0.25);
  });

  it('can be set between the calls of a compiled step', () => {
    const v = variable(tensor(0));
    const opt = new optim.SGD({ lr: 1 });
    const step = jit(() => opt.applyGradients([[tensor(1), v]]));
    step();
    opt.lr = 0.5;
    step();
    expect([v.item(), opt.lr, step.traces.length]).toEqual([-1.5, 0.5, 1]);
  });

  it('of a schedule move with the step', () => {
    const v = variable(tensor(0));
    const opt = new optim.SGD({ lr: optim.stepDecay({ initial: 1, stepSize: 1, gamma: 0.5 }) });
    const step = jit(() => opt.applyGradients([[tensor(1), v]]));
    step();
    step();
    step();
    expect([v.item(), opt.lr]).toEqual([-1.75, 0.125]);
  });
});

describe('clipping', () => {
  const gradients = [tensor([3, -4, 0.5]), tensor([1, 2])];
  it('as PyTorch does', () => {
    optim.clipByValue(gradients, 1.5).forEach((g, i) => {
      expectNear(g, reference.clipValue[i]!, 'value');
    });
    optim.clipByGlobalNorm(gradients, 2).forEach((g, i) => {
      expectNear(g, reference.clipGlobalNorm[i]!, 'norm');
    });
  });

  it('leaves what is within the limit as it is', () => {
    expect(optim.clipByNorm({ g: tensor([3, 4]) }, 5).g.toArray()).toEqual([3, 4]);
    expectNear(optim.clipByNorm({ g: tensor([3, 4]) }, 1).g, [0.6, 0.8], 'norm');
    expect(optim.globalNorm([tensor([3]), tensor([[4]])]).item()).toBe(5);
  });
});
