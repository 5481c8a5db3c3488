// A leaf that a function captures, and that an argument is or was computed from: its gradient has the bits of eager mode, and is whole for those who read it inside.
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { jit, type Tensor, tensor, variable } from '../../../src/index.ts';
import { SGD } from '../../../src/optim.ts';

type Step = (x: Tensor) => void;
const ways: readonly ((f: Step) => Step)[] = [(f) => f, (f) => jit(f), (f) => jit(f, { backend: 'js' })];
const start = [0.1, 0.2, 0.3];

let warn: ReturnType<typeof vi.spyOn>;
beforeEach(() => {
  warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
});
afterEach(() => warn.mockRestore());

const expectAlike = (run: (wrap: (f: Step) => Step) => unknown, name = "'w'"): void => {
  const [eager, ...compiled] = ways.map(run);
  for (const found of compiled) expect(found).toEqual(eager);
  expect(warn.mock.calls.length).toBe(compiled.length);
  expect(warn.mock.calls[0]![0]).toBe(
    `step is not compiled for this call: the gradient of ${name}, which it captured, comes from behind an argument as well. Compute the argument inside of step, or detach() it`,
  );
};

it('adds what is inside and what is behind before it adds them to what there was', () => {
  expectAlike((wrap) => {
    const w = variable(tensor(start), { name: 'w' });
    const step = wrap(function step(x) {
      x.mul(w).mul(0.7).sum().backward();
    });
    for (let i = 0; i < 3; i++) step(w.mul(0.3).add(0.1).exp());
    return w.grad!.toArray();
  });
});

it('shows an optimizer inside the whole gradient', () => {
  expectAlike((wrap) => {
    const w = variable(tensor(start), { name: 'w' });
    const optimizer = new SGD({ lr: 1 }, [w]);
    const step = wrap(function step(x) {
      optimizer.zeroGrad();
      x.mul(w).sum().backward();
      optimizer.step();
    });
    for (let i = 0; i < 2; i++) step(w.mul(2));
    return [w.toArray(), w.grad!.toArray()];
  });
});

it('knows a leaf that is an argument too', () => {
  expectAlike((wrap) => {
    const w = tensor(start, { requiresGrad: true });
    const step = wrap(function step(x) {
      x.mul(w).sum().backward();
    });
    step(w);
    step(w);
    return w.grad!.toArray();
  }, "'a tensor'");
});

it('is compiled where the argument stands on other leaves', () => {
  const [w, v] = [variable(tensor(start), { name: 'w' }), variable(tensor(start), { name: 'v' })];
  const step = jit((x: Tensor) => x.mul(w).sum().backward());
  step(v.mul(2));
  step(v.mul(2));
  expect([w.grad!.toArray(), v.grad!.toArray()]).toEqual([v.mul(4).toArray(), w.mul(4).toArray()]);
  expect(warn).not.toHaveBeenCalled();
});
