// State inside jit: variables and generators captured by reference, read and assigned in branches and loops, the same bits in every back-end; and no copy of
// the state per step in any of them.
import {
  cond,
  forLoop,
  Generator,
  GradientTape,
  type JitOptions,
  jit,
  scan,
  type Tensor,
  tensor,
  variable,
  whileLoop,
  zeros,
} from 'tracejit';
import * as nn from 'tracejit/nn';
import { Adam } from 'tracejit/optim';
import { afterEach, describe, expect, it, vi } from 'vitest';

const backends: readonly JitOptions[] = [
  { backend: 'js' },
  { backend: 'wasm', threads: 1 },
  { backend: 'wasm', threads: 2 },
];

interface State {
  readonly v: ReturnType<typeof variable>;
  readonly count: ReturnType<typeof variable>;
  readonly rng: Generator;
  readonly dropout: nn.Dropout;
}

const programs: Readonly<Record<string, (x: Tensor, s: State) => Tensor>> = {
  'in a branch': (x, { v, count, rng }) =>
    cond(
      x.sum().greater(0),
      () => {
        v.assign(v.mul(0.5).add(rng.normal([4])));
        count.assignAdd(1);
        return v.sum();
      },
      () => v.mul(x).sum(),
    ),
  'in a loop': (x, { v, count, rng }) =>
    forLoop(
      0,
      3,
      (_, sum) => {
        v.assignAdd(rng.uniform([4]).mul(x));
        count.assignAdd(1);
        return sum.add(v);
      },
      zeros([4]),
    ),
  'in a loop until they say stop': (x, { v, count, rng }) =>
    whileLoop(
      (sum: Tensor) => count.less(50).logicalAnd(sum.less(3)),
      (sum: Tensor) => {
        count.assignAdd(1);
        v.assign(rng.permutation(v.value()).add(x));
        return sum.add(rng.uniform([]));
      },
      tensor(0),
    ),
  'in a scan, and a branch in it': (x, { v, rng, dropout }) => {
    const [last, all] = scan(
      (carry: Tensor, i: Tensor) => {
        const next = carry.add(dropout(x.add(1), { training: true }));
        const drawn = cond(
          i.greater(1),
          () => {
            v.assignAdd(next);
            return rng.normal([]);
          },
          () => tensor(0),
        );
        return [next, drawn] as const;
      },
      zeros([4]),
      tensor([0, 1, 2, 3]),
    );
    return last.sum().add(all.sum());
  },
  shuffled: (x, { rng, dropout }) => dropout(x.add(rng.permutation(4).cast('float32')), { training: true }),
};

const inputs = [tensor([1, 2, -0.5, 0.25]), tensor([-1, -2, 0.5, 0.25]), tensor([0.5, 0.1, 0.2, 0.3])];

describe('variables and generators', () => {
  for (const [what, f] of Object.entries(programs))
    it(`are read and assigned ${what}`, () => {
      const run = (options: JitOptions | null): unknown => {
        nn.setRandomSeed(3);
        const state: State = {
          v: variable(tensor([0.1, 0.2, 0.3, 0.4])),
          count: variable(zeros([], 'int32')),
          rng: new Generator(11),
          dropout: new nn.Dropout(0.5),
        };
        const step = (x: Tensor): Tensor => f(x, state);
        const compiled = options === null ? null : jit(step, options);
        const seen = [...inputs, ...inputs].map((x) => (compiled ?? step)(x).toArray());
        if (compiled !== null) expect(compiled.traces.length).toBe(1);
        return [seen, state.v.toArray(), state.count.item(), state.rng.key.toArray()];
      };
      const eager = run(null) as [unknown[]];
      for (const options of backends) expect(run(options), JSON.stringify(options)).toEqual(eager);
      // Two calls on the same input differ: the state has moved on.
      if (what !== 'in a branch') expect(eager[0].slice(0, 3)).not.toEqual(eager[0].slice(3));
    });
});

afterEach(() => vi.restoreAllMocks());

/** Elements that arrays are made for or that are copied from one to another while `f` runs, by all means JavaScript has. */
function elementsMoved(f: () => void): number {
  let moved = 0;
  for (const ArrayClass of [Float32Array, Int32Array, Uint8Array]) {
    for (const name of ['set', 'slice', 'copyWithin', 'fill'] as const) {
      const original = ArrayClass.prototype[name] as (...args: unknown[]) => unknown;
      vi.spyOn(ArrayClass.prototype, name).mockImplementation(function (
        this: Float32Array,
        ...args: unknown[]
      ) {
        moved += name === 'set' ? (args[0] as Float32Array).length : this.length;
        return original.apply(this, args) as never;
      } as never);
    }
  }
  f();
  vi.restoreAllMocks();
  return moved;
}

describe('a training step', () => {
  const width = 96;
  const x = tensor(
    Float32Array.from({ length: 8 * width }, (_, i) => Math.sin(i)),
    { shape: [8, width] },
  );
  const y = tensor(Int32Array.from({ length: 8 }, (_, i) => i % 4));

  for (const options of backends)
    it(`copies no weights, moving statistics, moments or random state: ${JSON.stringify(options)}`, () => {
      nn.setRandomSeed(1);
      const model = nn.sequential([
        nn.input([width]),
        new nn.Dense(width, { activation: 'relu' }),
        new nn.BatchNorm(),
        new nn.Dropout(0.2),
        new nn.Dense(4),
      ]);
      const optimizer = new Adam();
      const step = jit((a: Tensor, b: Tensor) => {
        using tape = new GradientTape();
        const loss = nn.softmaxCrossEntropy(b, model(a, { training: true }) as Tensor);
        const gradients = tape.gradient(loss, model.trainableWeights);
        optimizer.applyGradients(model.trainableWeights.map((w, i) => [gradients[i]!, w] as const));
        return loss;
      }, options);
      for (let i = 0; i < 3; i++) step(x, y);
      const state = [...model.weights, ...optimizer.variables];
      // Weights, their two moments, and statistics: more than twenty thousand numbers.
      expect(state.reduce((n, v) => n + v.size, 0)).toBeGreaterThan(3 * width * width);
      // To read a value is to share it, and the next step then leaves it to the reader: so it is read before.
      const before = state.map((v) => v.sum().item());
      for (let i = 0; i < 3; i++) step(x, y);
      const arrays = state.map((v) => v.peek().data);
      const moved = elementsMoved(() => {
        for (let i = 0; i < 4; i++) step(x, y);
      });
      // Vectors that a later kernel reads, or that are written before a check that may still fail, come to be in another array; none is copied there.
      state.forEach((v, i) => {
        if (v.ndim === 2) expect(v.peek().data, v.name).toBe(arrays[i]);
      });
      expect(state.map((v) => v.sum().item())).not.toEqual(before);
      // The batch and small things may be copied: far less than any one weight.
      expect(moved / 4).toBeLessThan(x.size + 10 * width);
      // Nor does the code itself copy: `set` and `memory.copy` are how it would.
      const { source } = step.lower(x, y);
      expect(source.match(/\.set\(|memory\.copy/g)).toBeNull();
    });
});
