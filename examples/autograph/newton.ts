// Newton's iteration with a tolerance: how often the loop runs is data, and the derivative of the root goes through it.
import { grad, jit, type Tensor, tensor } from 'tracejit';

/** The cube root of `a`, and the number of iterations it took. */
export const cubeRoot = jit(
  (a: Tensor) => {
    let x = a;
    let rounds = tensor(0, { dtype: 'int32' });
    while (x.mul(x).mul(x).sub(a).abs().greater(a.mul(1e-6))) {
      x = x
        .mul(2)
        .add(a.div(x.mul(x)))
        .div(3);
      rounds = rounds.add(1);
    }
    return { x, rounds };
  },
  { name: 'cubeRoot' },
);

/** The derivative of the cube root, which is 1 / (3 x²). */
export const slope: (a: Tensor) => Tensor = jit(grad((a: Tensor) => cubeRoot(a).x));

export function main(): void {
  for (const a of [8, 27, 1000]) {
    const { x, rounds } = cubeRoot(tensor(a));
    console.log(
      `${a}: ${x.item().toFixed(4)} after ${rounds.item()} rounds, slope ${slope(tensor(a)).item().toFixed(5)}`,
    );
  }
}
