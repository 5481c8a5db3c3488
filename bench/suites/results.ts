// What a call costs besides its kernels when results are larger: a new array and a copy of the elements. `x * 2` computes next to nothing.
import { jit, type Tensor, tensor } from 'tracejit';
import { type Case, type Suite, timed, values } from '../suite.ts';

const double = (x: Tensor): Tensor => x.mul(2);

function doubled(size: number, repeat: number): Case {
  const x = tensor(values(size));
  const array = x.data();
  const kept = new Float32Array(size);
  let copy = kept;
  const often = (f: () => void) => (): void => {
    for (let i = 0; i < repeat; i++) f();
  };
  const one = jit(double, { name: 'double', backend: 'wasm', threads: 1 });
  const two = jit(double, { name: 'double_threads', backend: 'wasm', threads: 2 });
  let state = x;
  const next = jit((y: Tensor) => y.mul(-1), { name: 'next', backend: 'wasm', threads: 1 });
  const firstCall = timed(() => one(x));
  for (const f of [two, next]) f(x);
  return {
    name: `x * 2, ${size} elements`,
    repeat,
    firstCall,
    variants: [
      { name: 'compiled, wasm', run: often(() => one(x)) },
      { name: 'compiled, wasm, 2 threads', run: often(() => two(x)) },
      {
        name: 'compiled, wasm, each result the next argument',
        run: often(() => {
          state = next(state);
        }),
      },
      { name: 'a copy to the same array', run: often(() => kept.set(array)) },
      {
        name: 'a new array and a copy',
        run: often(() => {
          copy = new Float32Array(size);
          copy.set(array);
        }),
      },
    ],
  };
}

export const results: Suite = {
  name: 'results',
  cases: () => [doubled(64, 1000), doubled(4096, 100), doubled(1_000_000, 1)],
};
