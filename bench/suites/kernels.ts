// Single kernels: an elementwise chain, softmax, row sums, matrix products.
import { jit, type Tensor, tensor } from 'tracejit';
import * as baseline from '../baselines/loops.ts';
import { type Case, type Suite, timed, type Variant, values } from '../suite.ts';

// eager, compiled strict, compiled fast, by hand.
function variants(
  f: (...xs: Tensor[]) => Tensor,
  args: Tensor[],
  byHand: readonly Variant[],
): { variants: Variant[]; firstCall: number } {
  const strict = jit(f, { name: 'strict' });
  const fast = jit(f, { name: 'fast', precision: 'fast' });
  const firstCall = timed(() => strict(...args));
  fast(...args);
  return {
    firstCall,
    variants: [
      { name: 'eager', run: () => f(...args) },
      { name: 'compiled', run: () => strict(...args) },
      { name: 'compiled, fast', run: () => fast(...args) },
      ...byHand,
    ],
  };
}

function chain(): Case {
  const n = 1_000_000;
  const [a, b] = [values(n, 1), values(n, 2)];
  const f = (x: Tensor, y: Tensor): Tensor => {
    const t = x.mul(y).add(x).mul(0.5).sub(y);
    return x.div(t.square().add(1).sqrt()).maximum(-0.75).add(y);
  };
  return {
    name: '10 elementwise operations, 10⁶ elements',
    flops: 10 * n,
    ...variants(
      f as (...xs: Tensor[]) => Tensor,
      [tensor(a), tensor(b)],
      [
        // A fresh result array for each call, as the others have.
        { name: 'by hand, rounding', run: () => baseline.chainStrict(a, b, new Float32Array(n)) },
        { name: 'by hand, doubles', run: () => baseline.chainFast(a, b, new Float32Array(n)) },
      ],
    ),
  };
}

function softmax(): Case {
  const [rows, columns] = [1024, 1024];
  const x = values(rows * columns);
  return {
    name: 'softmax [1024,1024]',
    ...variants(
      (t) => t!.softmax(-1),
      [tensor(x, { shape: [rows, columns] })],
      [
        {
          name: 'by hand, doubles',
          run: () => baseline.softmax(x, new Float32Array(x.length), rows, columns),
        },
      ],
    ),
  };
}

function rowSums(): Case {
  const [rows, columns] = [1024, 1024];
  const x = values(rows * columns);
  return {
    name: 'sum of each row [1024,1024]',
    flops: rows * columns,
    ...variants(
      (t) => t!.sum(1),
      [tensor(x, { shape: [rows, columns] })],
      [{ name: 'by hand, doubles', run: () => baseline.rowSums(x, new Float32Array(rows), rows, columns) }],
    ),
  };
}

function matmul(n: number): Case {
  const [a, b] = [values(n * n, 1), values(n * n, 2)];
  const shape = { shape: [n, n] };
  return {
    name: `matmul ${n}³`,
    flops: 2 * n ** 3,
    ...variants(
      (x, y) => x!.matmul(y!),
      [tensor(a, shape), tensor(b, shape)],
      [{ name: 'by hand, i-k-j', run: () => baseline.matmul(a, b, new Float32Array(n * n), n) }],
    ),
  };
}

export const kernels: Suite = {
  name: 'kernels',
  cases: () => [chain(), softmax(), rowSums(), matmul(64), matmul(256), matmul(512)],
};
