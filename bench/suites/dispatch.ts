// The cost of a call when there is almost nothing to compute.
import { jit, type Tensor, tensor, valueAndGrad } from 'tracejit';
import { type Case, type Suite, timed } from '../suite.ts';

const repeat = 1000;
const often = (f: () => void) => (): void => {
  for (let i = 0; i < repeat; i++) f();
};

function scalarGradient(): Case {
  const x = tensor(5);
  const eager = valueAndGrad((t: Tensor) => t.square());
  const compiled = jit(eager, { name: 'square_gradient' });
  const firstCall = timed(() => compiled(x));
  return {
    name: 'value and gradient of x² (scalar)',
    repeat,
    firstCall,
    variants: [
      { name: 'eager', run: often(() => eager(x)) },
      { name: 'compiled', run: often(() => compiled(x)) },
      {
        name: 'compiled, both results read',
        run: often(() => {
          const [value, slope] = compiled(x);
          value.item();
          slope.item();
        }),
      },
    ],
  };
}

function scalarAdd(): Case {
  const x = tensor(5);
  const compiled = jit((t: Tensor) => t.add(1), { name: 'add_one' });
  const firstCall = timed(() => compiled(x));
  return {
    name: 'x + 1 (scalar)',
    repeat,
    firstCall,
    variants: [
      { name: 'eager', run: often(() => x.add(1)) },
      { name: 'compiled', run: often(() => compiled(x)) },
    ],
  };
}

function nestedArguments(): Case {
  const layer = (): { w: Tensor; b: Tensor } => ({ w: tensor([1, 2]), b: tensor([0, 1]) });
  const params = { layers: [layer(), layer(), layer()], scale: tensor(2) };
  const f = (p: typeof params, x: Tensor): Tensor =>
    p.layers.reduce((h, { w, b }) => h.mul(w).add(b), x).mul(p.scale);
  const x = tensor([3, 4]);
  const compiled = jit(f, { name: 'nested' });
  const firstCall = timed(() => compiled(params, x));
  return {
    name: 'a nested argument with 7 tensors',
    repeat,
    firstCall,
    variants: [
      { name: 'eager', run: often(() => f(params, x)) },
      { name: 'compiled', run: often(() => compiled(params, x)) },
    ],
  };
}

export const dispatch: Suite = {
  name: 'dispatch',
  cases: () => [scalarGradient(), scalarAdd(), nestedArguments()],
};
