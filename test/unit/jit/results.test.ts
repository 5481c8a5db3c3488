// Small results of compiled calls: numbers and parts of blocks until somebody asks for an array, which nobody can tell from arrays.
import { inspect } from 'node:util';
import { describe, expect, it, vi } from 'vitest';
import { arange, jit, print, type Tensor, tensor, variable, where } from '../../../src/index.ts';

const backends = ['js', 'wasm'] as const;

describe.each(backends)('small results (%s)', (backend) => {
  it('are read in every way', () => {
    const f = jit(
      (x: Tensor) => [x.mul(2), x.sum(), x.argmax(0), x.greater(1).any(), x.greater(1), x.reshape([1, 3])],
      { backend },
    );
    const read = (results: readonly Tensor[], how: (t: Tensor) => unknown): unknown[] => results.map(how);
    const x = tensor([1, 2, 3]);
    expect(read(f(x), (t) => t.toArray())).toEqual([[2, 4, 6], 6, 2, true, [false, true, true], [[1, 2, 3]]]);
    expect(read(f(x), (t) => t.data())).toEqual([
      Float32Array.of(2, 4, 6),
      Float32Array.of(6),
      Int32Array.of(2),
      Uint8Array.of(1),
      Uint8Array.of(0, 1, 1),
      Float32Array.of(1, 2, 3),
    ]);
    expect(
      f(x)
        .slice(1, 4)
        .map((t) => t.item()),
    ).toEqual([6, 2, true]);
    expect(read(f(x), (t) => inspect(t))).toEqual([
      '[2. 4. 6.] f32[3]',
      '6 f32[]',
      '2 i32[]',
      'true bool[]',
      '[false  true  true] bool[3]',
      '[[1. 2. 3.]] f32[1,3]',
    ]);
    expect(() => f(x)[0]!.item()).toThrow(/takes a tensor of one element, got f32\[3\] with 3/);
  });

  it('give arrays that are the caller’s own', () => {
    const f = jit((x: Tensor) => [x.mul(2), x.sum()], { backend });
    const results = f(tensor([1, 2, 3]));
    for (const result of results) for (let i = 0; i < 2; i++) result.data().fill(99);
    for (const result of results) expect(result.add(0).data()).not.toContain(99);
    for (const result of results) result.data().fill(99);
    expect(results.map((t) => t.toArray())).toEqual([[2, 4, 6], 6]);
  });

  it('keep what they are, however many calls follow', () => {
    const f = jit((x: Tensor) => [x.add(1), x.mul(2), x.sum(), x.slice([0, 5]).neg()], { backend });
    const g = jit((x: Tensor) => x.sub(1), { backend });
    const kept = Array.from({ length: 300 }, (_, i) => {
      const x = arange(37).add(i);
      return {
        results: [...f(x), g(x)],
        expected: [x.add(1), x.mul(2), x.sum(), x.slice([0, 5]).neg(), x.sub(1)],
      };
    });
    for (const { results, expected } of kept)
      expect(results.map((t) => t.toArray())).toEqual(expected.map((t) => t.toArray()));
  });

  it('are arguments in any order, with others and twice', () => {
    const make = jit((x: Tensor) => [x.add(1), x.mul(2), x.slice([0, 3]), x.sum(), x.sub(5)], { backend });
    const join = jit(
      (a: Tensor, b: Tensor, c: Tensor, d: Tensor, e: Tensor) => [a.add(b), b.mul(d), c.sum().sub(e)],
      { backend },
    );
    const plain = (a: Tensor, b: Tensor, c: Tensor, d: Tensor, e: Tensor): Tensor[] => [
      a.add(b),
      b.mul(d),
      c.sum().sub(e),
    ];
    const [p, q, r, s, t] = make(arange(8)) as [Tensor, Tensor, Tensor, Tensor, Tensor];
    const user = tensor([3, 1, 4, 1, 5, 9, 2, 6]);
    const calls: [Tensor, Tensor, Tensor, Tensor, Tensor][] = [
      [p, q, r, s, t],
      [q, p, r, s, t],
      [p, p, r, s, p],
      [user, q, r, s, user],
      [p, user, r, tensor(2), t],
      [t.reshape([2, 4]).reshape([8]), q, r, s, q.flip(0)],
    ];
    for (const call of calls)
      expect(join(...call).map((x) => x.toArray())).toEqual(plain(...call).map((x) => x.toArray()));
  });

  it('become states of variables, and come from them', () => {
    const v = variable(tensor([1, 2, 3]));
    const f = jit(
      (x: Tensor) => {
        v.assign(x.mul(2));
        return [v.value(), x.mul(2), x.sum()];
      },
      { backend },
    );
    const results = f(tensor([1, 1, 1]));
    f(tensor([5, 5, 5]));
    expect(results.map((t) => t.toArray())).toEqual([[2, 2, 2], [2, 2, 2], 3]);
    v.assign(results[0]!);
    v.assignAdd(1);
    expect([v.toArray(), results[0]!.toArray()]).toEqual([
      [3, 3, 3],
      [2, 2, 2],
    ]);
  });

  it('pass special numbers on', () => {
    const f = jit((x: Tensor) => [x.sum(), x.neg()], { backend });
    for (const special of [-0, Number.POSITIVE_INFINITY, Number.NaN, 1e-45]) {
      const [sum, negated] = f(tensor([special]));
      expect([sum!.item(), negated!.item()]).toEqual([Math.fround(special) + 0, -Math.fround(special)]);
      expect(jit((a: Tensor) => a.mul(1), { backend })(negated!).item()).toBe(-Math.fround(special));
    }
  });

  it('that are numbers or arguments unchanged stay what they are', () => {
    const f = jit((x: Tensor, n: Tensor, b: Tensor) => [x, n, where(b, x, n), b], { backend });
    const call = (): Tensor[] => f(tensor([1, 2]), 3 as unknown as Tensor, tensor(true));
    const [first, second] = [call(), call()];
    for (const results of [first, second])
      expect(results.map((t) => t.toArray())).toEqual([[1, 2], 3, [1, 2], true]);
  });
});

it('a function may be called again by who is told what it prints', () => {
  for (const backend of backends) {
    const f = jit(
      (x: Tensor, k: Tensor) => {
        print('x:', x);
        return x.mul(k);
      },
      { backend },
    );
    const seen: unknown[] = [];
    let depth = 0;
    const log = vi.spyOn(console, 'log').mockImplementation(() => {
      depth++;
      if (depth <= 2) seen.push(f(tensor([10, 20]).mul(depth), tensor(7)).toArray());
      depth--;
    });
    seen.push(f(tensor([1, 2]), tensor(3)).toArray());
    log.mockRestore();
    expect(seen).toEqual([
      [140, 280],
      [70, 140],
      [3, 6],
    ]);
  }
});
