// Loops that run inside compiled programs: rounds of little work, a recurrence over rows, and gradients of both.
import { forLoop, grad, jit, scan, type Tensor, tensor, whileLoop, zeros } from 'tracejit';
import { type Case, type Suite, timed, type Variant, values } from '../suite.ts';

const rounds = 1_000_000;

// Two numbers of state; what a round costs is the time of a call by the number of rounds.
function small(): Case {
  const f = (n: Tensor): Tensor =>
    whileLoop(
      (s) => s.i.less(n),
      (s) => ({ i: s.i.add(1), x: s.x.mul(0.999).add(s.i) }),
      { i: 0, x: 1 },
    ).x;
  const byHand = (n: number): number => {
    let [i, x] = [0, 1];
    while (i < n) {
      x = Math.fround(Math.fround(x * Math.fround(0.999)) + i);
      i = Math.fround(i + 1);
    }
    return x;
  };
  const n = tensor(rounds);
  return compared(
    'while, 10⁶ rounds of two numbers',
    f,
    [n],
    [{ name: 'by hand', run: () => byHand(rounds) }],
  );
}

function gradient(): Case {
  const f = (x: Tensor): Tensor =>
    whileLoop(
      (s) => s.i.less(100_000),
      (s) => ({ i: s.i.add(1), y: s.y.mul(x).add(0.001) }),
      { i: 0, y: 1 },
    ).y;
  return compared('gradient of a while, 10⁵ rounds', (x) => grad(f)(x), [tensor(0.99999)]);
}

function recurrence(): Case {
  const [length, width] = [200, 64];
  const f = (w: Tensor, xs: Tensor): Tensor =>
    scan((h, x) => [h.matmul(w).add(x).tanh(), h], zeros([1, width]), xs)[1];
  const args = [
    tensor(values(width * width, 1), { shape: [width, width] }).mul(0.1),
    tensor(values(length * width, 2), { shape: [length, 1, width] }),
  ];
  return compared('scan, 200 steps of a recurrent layer of 64', f, args);
}

function stacks(): Case {
  const n = 10_000;
  const f = (x: Tensor): Tensor =>
    forLoop(0, n, (i, s) => s.dynamicUpdateSlice(i.cast('float32').mul(0.5).reshape([1]), [i]), x);
  return compared('10⁴ elements of an array, one by one', f, [zeros([n])]);
}

function compared(
  name: string,
  f: (...xs: Tensor[]) => Tensor,
  args: readonly Tensor[],
  more: readonly Variant[] = [],
): Case {
  const js = jit(f, { name: 'js', backend: 'js' });
  const wasm = jit(f, { name: 'wasm', backend: 'wasm' });
  const firstCall = timed(() => js(...args));
  wasm(...args);
  return {
    name,
    firstCall,
    variants: [
      { name: 'compiled', run: () => js(...args) },
      { name: 'compiled, wasm', run: () => wasm(...args) },
      ...more,
    ],
  };
}

export const control: Suite = { name: 'control', cases: () => [small(), gradient(), recurrence(), stacks()] };
