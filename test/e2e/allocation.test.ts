// A compiled call in steady state allocates its results and nothing else: measured on the heap and on array buffers.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { configure, jit, type Tensor, tensor, valueAndGrad, variable, zeros } from 'tracejit';
import { afterAll, describe, expect, it } from 'vitest';
import { adamStep, initialState, type State } from '../../examples/mnist/model.ts';
import { ndView } from '../../src/array/nd.ts';
import { wasmMemoryUse } from '../../src/codegen/wasm/memory.ts';
import { EagerTensor } from '../../src/tensor/eager.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
const before = configure({ retraceWarnings: false });
afterAll(() => void configure(before));

interface PerCall {
  /** Bytes of JavaScript objects. */
  readonly heap: number;
  /** Bytes of typed-array storage. */
  readonly buffers: number;
}

/** The least growth per call over several rounds; a round in which the collector ran shows less or nonsense, so it is small. */
function allocated(call: () => void, calls: number): PerCall {
  for (let i = 0; i < 3 * calls; i++) call();
  const rounds: PerCall[] = [];
  for (let round = 0; round < 9; round++) {
    collect();
    const before = process.memoryUsage();
    for (let i = 0; i < calls; i++) call();
    const after = process.memoryUsage();
    rounds.push({
      heap: (after.heapUsed - before.heapUsed) / calls,
      buffers: (after.arrayBuffers - before.arrayBuffers) / calls,
    });
  }
  const least = (of: (r: PerCall) => number): number =>
    rounds
      .map(of)
      .filter((x) => x >= 0)
      .sort((a, b) => a - b)[0] ?? 0;
  return { heap: least((r) => r.heap), buffers: least((r) => r.buffers) };
}

/** What the results alone cost: as many tensors of these shapes, made by hand. */
function resultsAlone(shapes: readonly (readonly number[])[], calls: number): PerCall {
  const keep: unknown[] = [];
  return allocated(() => {
    keep.length = 0;
    for (const shape of shapes) {
      const size = shape.reduce((p, d) => p * d, 1);
      keep.push(new EagerTensor(ndView('float32', shape, new Float32Array(size))));
    }
  }, calls);
}

// What measuring itself allocates, spread over the calls, and the arrays that hold several results.
const slack = 256;

describe('a compiled call in steady state', () => {
  it('of a scalar function allocates its results', () => {
    const f = jit(valueAndGrad((x: Tensor) => x.square()));
    const x = tensor(3);
    const measured = allocated(() => f(x), 2000);
    const alone = resultsAlone([[], []], 2000);
    expect(measured.heap).toBeLessThanOrEqual(alone.heap + slack);
    expect(measured.buffers).toBeLessThanOrEqual(alone.buffers + 8);
  });

  it('with intermediates keeps them in its arena', () => {
    // Two products that do not fuse, 64 KB each, and a result of one element.
    const f = jit((x: Tensor) => x.matmul(x).relu().matmul(x).sum());
    const x = tensor(new Float32Array(128 * 128).fill(0.01), { shape: [128, 128] });
    const measured = allocated(() => f(x), 20);
    expect(measured.heap).toBeLessThanOrEqual(resultsAlone([[]], 20).heap + 2048);
    expect(measured.buffers).toBeLessThan(1024);
  });

  it('of a training step that owns its donated state reuses its memory', () => {
    const step = jit(adamStep, { donate: [0] });
    const images = tensor(new Float32Array(8 * 784).fill(0.5), { shape: [8, 784] });
    const labels = tensor(new Int32Array(8));
    let state: State = initialState(1);
    const measured = allocated(() => {
      [state] = step(state, images, labels, 1e-3);
    }, 20);
    // The state is 1.2 MB: three copies of the parameters.
    expect(measured.buffers).toBeLessThan(2048);
    expect(measured.heap).toBeLessThan(20_000);
  });

  it('of a training step whose state is in variables allocates its result', () => {
    const w = variable(
      new EagerTensor(ndView('float32', [256, 256], new Float32Array(256 * 256).fill(0.01))),
    );
    const velocity = variable(zeros([256, 256]));
    const b = variable(zeros([256]));
    const step = jit(
      (x: Tensor) => {
        const loss = (p: { w: Tensor; b: Tensor }): Tensor => x.matmul(p.w).add(p.b).tanh().square().mean();
        const [value, g] = valueAndGrad(loss)({ w: w.value(), b: b.value() });
        velocity.assign(velocity.mul(0.9).add(g.w));
        w.assignSub(velocity.mul(0.01));
        b.assignSub(g.b.mul(0.01));
        return value;
      },
      { backend: 'wasm' },
    );
    const x = tensor(new Float32Array(32 * 256).fill(0.5), { shape: [32, 256] });
    const measured = allocated(() => step(x), 20);
    expect(measured.buffers).toBeLessThan(512);
    expect(measured.heap).toBeLessThanOrEqual(resultsAlone([[]], 20).heap + 2048);
  });

  it('whose results are its next arguments allocates them once, and no other memory', () => {
    const f = jit((x: Tensor) => x.mul(0.5).add(1), { backend: 'wasm' });
    let x: Tensor = tensor(new Float32Array(100_000));
    const measured = allocated(() => {
      x = f(x);
    }, 20);
    const { used } = wasmMemoryUse();
    for (let i = 0; i < 20; i++) x = f(x);
    expect(wasmMemoryUse().used).toBe(used);
    expect(measured.buffers).toBeLessThan(1.1 * 400_000);
  });

  it('that assigns a variable updates it in place', () => {
    const v = variable(zeros([256, 256]));
    const f = jit((x: Tensor) => {
      v.assignAdd(x);
    });
    const x = tensor(new Float32Array(256 * 256).fill(1), { shape: [256, 256] });
    const measured = allocated(() => f(x), 50);
    expect(measured.buffers).toBeLessThan(1024);
    expect(v.value().data()[0]).toBe(50 * 9 + 150);
  });
});

describe('retracing', () => {
  it('hundreds of times does not fill the memory', { timeout: 240_000 }, () => {
    const f = jit((x: Tensor) => x.mul(2).sum());
    const round = (from: number): void => {
      for (let n = 1; n <= 150; n++) f(tensor(new Float32Array(from * 150 + n)));
    };
    round(0);
    round(1);
    collect();
    const before = process.memoryUsage().heapUsed;
    for (let k = 2; k < 6; k++) round(k);
    collect();
    const grown = process.memoryUsage().heapUsed - before;
    // 600 further traces: the cache keeps a bounded number, about 20 KB each.
    expect(grown).toBeLessThan(4_000_000);
  });
});
