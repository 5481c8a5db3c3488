// Single kernels: elementwise chains, softmax, layer norm, row sums, matrix products.
import { jit, type Tensor, tensor } from 'tracejit';
import * as baseline from '../baselines/loops.ts';
import { type Case, type Suite, timed, type Variant, values } from '../suite.ts';

// Eager, compiled to JavaScript strict and fast, to WebAssembly, by hand.
function variants(
  f: (...xs: Tensor[]) => Tensor,
  args: Tensor[],
  byHand: readonly Variant[],
): { variants: Variant[]; firstCall: number } {
  const strict = jit(f, { name: 'strict', backend: 'js' });
  const fast = jit(f, { name: 'fast', backend: 'js', precision: 'fast' });
  const wasm = jit(f, { name: 'wasm', backend: 'wasm' });
  const firstCall = timed(() => strict(...args));
  fast(...args);
  wasm(...args);
  return {
    firstCall,
    variants: [
      { name: 'eager', run: () => f(...args) },
      { name: 'compiled', run: () => strict(...args) },
      { name: 'compiled, fast', run: () => fast(...args) },
      { name: 'compiled, wasm', run: () => wasm(...args) },
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

function gelu(n: number): Case {
  const f = (x: Tensor): Tensor => {
    const inner = x
      .mul(x)
      .mul(x)
      .mul(0.044715)
      .add(x)
      .mul(Math.sqrt(2 / Math.PI));
    return inner.tanh().add(1).mul(x).mul(0.5);
  };
  return {
    name: `tanh GELU, ${n} elements`,
    ...variants(f as (...xs: Tensor[]) => Tensor, [tensor(values(n))], []),
  };
}

function layerNorm(): Case {
  const f = (x: Tensor): Tensor => {
    const centred = x.sub(x.mean(-1, true));
    return centred.div(centred.square().mean(-1, true).add(1e-5).sqrt());
  };
  const x = tensor(values(1024 * 1024), { shape: [1024, 1024] });
  return { name: 'layer norm [1024,1024]', ...variants(f as (...xs: Tensor[]) => Tensor, [x], []) };
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
  cases: () => [
    chain(),
    gelu(4096),
    gelu(1_000_000),
    softmax(),
    layerNorm(),
    rowSums(),
    matmul(64),
    matmul(256),
    matmul(512),
  ],
};
