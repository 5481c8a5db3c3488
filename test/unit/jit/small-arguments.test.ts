// Small arguments stay in the memory of a program until others come: who comes again is not copied again, and nobody is mistaken for another.
import { expect, it } from 'vitest';
import { wasmMemoryUse } from '../../../src/codegen/wasm/memory.ts';
import { jit, type Tensor, tensor, variable } from '../../../src/index.ts';

const wasm = { backend: 'wasm' } as const;
const half = (x: Tensor): Tensor => x.mul(0.5);

it('whoever comes, the result is theirs', () => {
  const f = jit(half, wasm);
  const make = jit((x: Tensor) => [x.add(1), x.sum()], wasm);
  const [a, b] = [tensor([2, 4]), tensor([6, 8])];
  const part = (): Tensor => make(tensor([1, 2]))[0]!;
  const viewed = part();
  viewed.requireView();
  const kept = part();
  const calls: [Tensor, number[]][] = [
    [a, [1, 2]],
    [a, [1, 2]],
    [b, [3, 4]],
    [a, [1, 2]],
    [kept, [1, 1.5]],
    [a, [1, 2]],
    [viewed, [1, 1.5]],
    [part(), [1, 1.5]],
    [a, [1, 2]],
    [a.flip(0), [2, 1]],
    [a, [1, 2]],
    [kept, [1, 1.5]],
    [kept, [1, 1.5]],
  ];
  for (const [x, expected] of [...calls, ...calls]) expect(f(x).toArray()).toEqual(expected);
});

it('of one element, numbers among them', () => {
  const f = jit(half, wasm);
  const [a, b] = [tensor(2), tensor(6)];
  const results = [a, 4, a, b, f(b), 4, a].map((x) => f(x as Tensor).item());
  expect(results).toEqual([1, 2, 1, 3, 1.5, 2, 1]);
});

it('parts that come together displace what was there', () => {
  const make = jit((x: Tensor) => [x.add(1), x.add(2), x.add(3)], wasm);
  const f = jit((a: Tensor, b: Tensor, c: Tensor) => [a.mul(1), b.mul(10), c.mul(100)], wasm);
  const user = [tensor([1, 1]), tensor([2, 2]), tensor([3, 3])] as const;
  const show = (x: readonly Tensor[]): unknown => x.map((t) => t.toArray());
  for (let i = 0; i < 3; i++) {
    const [p, q, r] = make(tensor([i, i])) as [Tensor, Tensor, Tensor];
    expect(show(f(...user))).toEqual([
      [1, 1],
      [20, 20],
      [300, 300],
    ]);
    expect(show(f(p, q, r))).toEqual([
      Array(2).fill(i + 1),
      Array(2).fill(10 * i + 20),
      Array(2).fill(100 * i + 300),
    ]);
    expect(show(f(user[0], q, user[2]))).toEqual([[1, 1], Array(2).fill(10 * i + 20), [300, 300]]);
  }
});

it('captured tensors and variables, which others assign', () => {
  const captured = tensor([1, 2]);
  const v = variable(tensor([10, 20]));
  const read = jit((x: Tensor) => x.add(captured).add(v), wasm);
  const bumps = [jit(() => void v.assignAdd(1), { backend: 'js' }), jit(() => void v.assignAdd(1), wasm)];
  const x = tensor([100, 200]);
  for (let i = 0; i < 8; i++) {
    expect(read(x).toArray()).toEqual([111 + i, 222 + i]);
    bumps[i % 2]!();
  }
  v.assign(captured);
  expect(read(x).toArray()).toEqual([102, 204]);
});

it('also when the memory has grown', () => {
  const f = jit(half, wasm);
  const a = tensor([2, 4]);
  expect(f(a).toArray()).toEqual([1, 2]);
  const { size } = wasmMemoryUse();
  const large = tensor(new Float32Array(size / 4).fill(1));
  expect(jit((x: Tensor) => x.mul(2).sum(), wasm)(large).item()).toBe(size / 2);
  expect(wasmMemoryUse().size).toBeGreaterThan(size);
  expect([f(a), f(tensor([6, 8])), f(a)].map((t) => t.toArray())).toEqual([
    [1, 2],
    [3, 4],
    [1, 2],
  ]);
});
