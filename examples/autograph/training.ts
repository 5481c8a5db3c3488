// A training loop entirely inside jit: one call trains until the loss is small, and the steps run inside the compiled program.
import { jit, random, type Tensor, tensor, valueAndGrad, zeros } from 'tracejit';

export interface Line {
  readonly w: Tensor;
  readonly b: Tensor;
}

function loss({ w, b }: Line, x: Tensor, y: Tensor): Tensor {
  return x.matmul(w).add(b).sub(y).square().mean();
}

/** Gradient descent until the loss is below `tolerance`, for at most `most` steps. */
export const train = jit(
  (x: Tensor, y: Tensor, tolerance: Tensor, most: Tensor) => {
    let line: Line = { w: zeros([x.shape[1]!]), b: tensor(0) };
    let rate = 0.2;
    let before = tensor(1e9);
    let steps = tensor(0, { dtype: 'int32' });
    while (steps.less(most)) {
      const [now, g] = valueAndGrad(loss)(line, x, y);
      if (now.less(tolerance)) break;
      if (now.greater(before)) rate = rate * 0.5;
      line = { w: line.w.sub(g.w.mul(rate)), b: line.b.sub(g.b.mul(rate)) };
      before = now;
      steps = steps.add(1);
    }
    return { line, steps, loss: loss(line, x, y) };
  },
  { name: 'train' },
);

/** Points on a plane, with a little noise. */
export function points(count: number): { readonly x: Tensor; readonly y: Tensor } {
  const keys = random.split(random.key(7), 2);
  const x = random.normal(keys.slice(0), [count, 2]);
  const noise = random.normal(keys.slice(1), [count]).mul(0.01);
  return {
    x,
    y: x
      .matmul(tensor([1.5, -2]))
      .add(0.5)
      .add(noise),
  };
}

export function main(): void {
  const { x, y } = points(64);
  const { line, steps, loss: final } = train(x, y, tensor(1e-3), tensor(500, { dtype: 'int32' }));
  console.log(
    `w ${String(line.w)}, b ${line.b.item().toFixed(3)} after ${steps.item()} steps, loss ${final.item().toExponential(2)}`,
  );
}
