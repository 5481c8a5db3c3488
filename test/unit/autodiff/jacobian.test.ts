// jacobian, hessian, jvp and checkpoint, in eager mode and compiled.
import { describe, expect, it } from 'vitest';
import { Tape } from '../../../src/autodiff/tape.ts';
import {
  checkpoint,
  grad,
  hessian,
  jacobian,
  jit,
  jvp,
  random,
  type Tensor,
  tensor,
  variable,
} from '../../../src/index.ts';
import { currentInterpreter, within } from '../../../src/ops/dispatch.ts';

describe('jacobian and hessian', () => {
  it('have the shapes of result and argument', () => {
    const a = tensor([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
    const linear = (x: Tensor): Tensor => a.matmul(x);
    expect(jacobian(linear)(tensor([7, 8])).toArray()).toEqual(a.toArray());
    expect(jit(jacobian(linear))(tensor([7, 8])).toArray()).toEqual(a.toArray());
    expect(jacobian((x: Tensor) => x.square())(3).item()).toBe(6);
    expect(jacobian((x: Tensor) => x.slice([0, 0]))(tensor([1, 2])).shape).toEqual([0, 2]);
  });

  it('are second derivatives', () => {
    const f = (x: Tensor, k: number): Tensor => x.slice(0).pow(3).add(x.prod().mul(k));
    const h = [
      [12, 5],
      [5, 0],
    ];
    expect(hessian(f)(tensor([2, 3]), 5).toArray()).toEqual(h);
    expect(jit(hessian(f), { static: [1] })(tensor([2, 3]), 5).toArray()).toEqual(h);
  });
});

describe('jvp', () => {
  it('is the derivative in a direction, of trees', () => {
    const f = (p: { a: Tensor; b: Tensor }) => ({ y: p.a.mul(p.b), z: p.a.sum() });
    const primals = [{ a: tensor([1, 2]), b: tensor([3, 4]) }] as const;
    const tangents = [{ a: tensor([1, 0]), b: tensor([0, 10]) }] as const;
    const [out, d] = jvp(f, primals as never, tangents as never) as [
      ReturnType<typeof f>,
      ReturnType<typeof f>,
    ];
    expect([out.y, out.z, d.y, d.z].map((t) => t.toArray())).toEqual([[3, 8], 3, [3, 20], 1]);
  });

  it('is zero where nothing is connected', () => {
    const [, d] = jvp((_x: Tensor) => tensor([1, 2]), [tensor(1)], [tensor(1)]);
    expect(d.toArray()).toEqual([0, 0]);
  });
});

describe('checkpoint', () => {
  const w = variable(random.normal(random.key(1), [4, 4]), { name: 'w' });
  const block = (x: Tensor): Tensor => x.matmul(w).tanh().matmul(w).sigmoid();
  const x = random.normal(random.key(2), [3, 4]);

  it('has the values and gradients of the function', () => {
    const plain = grad((t: Tensor) => block(t).sum())(x);
    const cheap = grad((t: Tensor) => checkpoint(block)(t).sum());
    expect([...cheap(x).data()]).toEqual([...plain.data()]);
    expect([...jit(cheap)(x).data()]).toEqual([...plain.data()]);
    checkpoint(block)(x).sum().backward();
    const kept = w.grad!;
    w.grad = null;
    block(x).sum().backward();
    expect([...kept.data()]).toEqual([...w.grad!.data()]);
  });

  it('leaves one step on a tape, which holds its arguments only', () => {
    const tape = new Tape(currentInterpreter());
    tape.watch(x);
    within(tape, () => checkpoint(block)(x));
    expect(tape.entries.map((e) => e.name)).toEqual(['block']);
  });
});
