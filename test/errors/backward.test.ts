// What users see when a backward pass cannot be made, and that it leaves the gradients alone.
import { describe, expect, it } from 'vitest';
import { cond, jit, noGrad, type Tensor, tensor, variable } from '../../src/index.ts';
import { messageOf } from './message.ts';

const leaf = (data: number | number[]): Tensor => tensor(data, { requiresGrad: true });

describe('backward', () => {
  it('needs something that requires a gradient', () => {
    const must =
      'depends on nothing that requires a gradient. Ask for it where the leaf is made, tensor(data, { requiresGrad: true }) or variable(data), and compute outside noGrad()';
    expect(messageOf(() => tensor(1).mul(2).backward())).toBe(
      `GradientError: backward: this tensor f32[] ${must}`,
    );
    expect(messageOf(() => noGrad(() => leaf(1).mul(2)).backward())).toBe(
      `GradientError: backward: this tensor f32[] ${must}`,
    );
    expect(messageOf(() => leaf([1, 2]).argmax().backward())).toBe(
      'GradientError: backward: this tensor i32[] is not float32, and no gradient flows through it',
    );
    expect(messageOf(() => jit((x: Tensor) => x.mul(2).backward())(tensor(1)))).toBe(
      `GradientError: backward: this tensor f32[] ${must}`,
    );
  });

  it('needs a scalar, or a gradient of the tensor’s type', () => {
    const y = leaf([1, 2]).mul(2);
    expect(messageOf(() => y.backward())).toBe(
      'GradientError: backward: this tensor is f32[2] and no scalar; reduce it, for example with .sum() or .mean(), or pass the gradient of the result by it: backward(onesLike(y))',
    );
    expect(messageOf(() => y.backward(tensor([1, 2, 3])))).toBe(
      'GradientError: backward: the gradient must be f32[2] like the tensor, got f32[3]',
    );
    expect(messageOf(() => y.backward(undefined, { retain: true } as never))).toBe(
      "OptionError: backward: unknown option 'retain'; there are retainGraph, createGraph",
    );
  });

  it('can be made once', () => {
    const x = leaf(3);
    const h = x.mul(2);
    h.square().backward();
    const again =
      'was already used by an earlier backward pass, which freed what it had recorded; a second pass needs backward(undefined, { retainGraph: true }) at the first';
    expect(messageOf(() => h.backward())).toBe(`GradientError: backward: mul ${again}`);
    const step = jit(() => {
      const y = x.mul(2);
      y.backward();
      y.backward();
    });
    expect(messageOf(step)).toMatch(`GradientError: backward: mul (test/errors/backward.test.ts) ${again}`);
    expect(x.grad!.item()).toBe(24);
  });

  it('does not use values that were overwritten', () => {
    const message =
      "GradientError: backward: variable 'w' was assigned after mul had used it, and the gradient of mul needs the value it had then; call backward() before the assignment";
    const w = variable(tensor(3), { name: 'w' });
    const late = (): void => {
      const y = w.mul(w);
      noGrad(() => w.assign(1));
      y.backward();
    };
    expect(messageOf(late)).toBe(message);
    expect(messageOf(jit(late))).toBe(message);
    expect(w.grad).toBe(null);
    const y = jit((x: Tensor) => x.mul(w), { name: 'net' })(tensor(2));
    jit(() => void w.assignAdd(1))();
    expect(messageOf(() => y.backward())).toBe(
      "GradientError: backward: variable 'w' was assigned after net had used it, and the gradient of net needs the value it had then; call backward() before the assignment",
    );
  });

  it('does not go back past a compiled step', () => {
    const w = variable(tensor(3), { name: 'w' });
    const train = jit(
      (x: Tensor) => {
        const loss = w.mul(x);
        noGrad(() => w.assignSub(1));
        return loss;
      },
      { name: 'train' },
    );
    expect(messageOf(() => train(tensor(2)).mul(5).backward())).toBe(
      "GradientError: backward: no gradient flows through it: it comes from train, compiled by jit, which assigns variable 'w' itself; call backward() inside train, before the assignment",
    );
    const whole = jit(
      () => {
        const loss = w.square();
        loss.backward();
        return loss;
      },
      { name: 'whole' },
    );
    expect(messageOf(() => whole().add(w).backward())).toBe(
      'GradientError: backward: no gradient flows through it: it comes from whole, compiled by jit, which calls backward() itself, which uses up what it goes back through',
    );
  });

  it('goes back into an argument once, inside a compiled function or behind it', () => {
    const h = leaf(3).mul(2);
    const step = jit((p: { x: Tensor }) => p.x.square().backward(), { name: 'step' });
    step({ x: h });
    const again =
      'GradientError: backward: mul was already used by an earlier backward pass, which freed what it had recorded; a second pass needs backward(undefined, { retainGraph: true }) at the first';
    expect(messageOf(() => step({ x: h }))).toBe(again);
    const sealed = leaf(1);
    const whole = jit(
      () => {
        const y = sealed.mul(2);
        y.backward();
        return y;
      },
      { name: 'whole' },
    );
    expect(messageOf(() => step({ x: whole() }))).toBe(
      'GradientError: backward: no gradient flows through it: it comes from args[0].x, which no gradient flows through',
    );
  });

  it('does not go from a compiled function into the surroundings', () => {
    const y = leaf(3).mul(2);
    expect(messageOf(() => jit(() => y.square().backward())())).toBe(
      'GradientError: backward: mul was recorded outside the function that is being traced, so that its compiled code would go back through it at every call; compute it inside, or call backward() outside of jit',
    );
  });
});

describe('backward in a branch or a loop', () => {
  it('is an error in a trace, where the branch may not run', () => {
    const w = variable(tensor(2), { name: 'w' });
    const f = jit(
      (x: Tensor) =>
        cond(
          x.greater(0),
          () => {
            const loss = w.mul(x);
            loss.backward();
            return loss;
          },
          () => x,
        ),
      { name: 'f' },
    );
    expect(messageOf(() => f(tensor(1)))).toBe(
      "GradientError: backward: the gradient of 'w' would be set in a branch, a loop body or a custom gradient (@f), which may run any number of times. Return the loss from there and call backward() behind it, or take the gradient inside with grad(f)",
    );
    expect(w.grad).toBe(null);
  });
});

describe('leaves', () => {
  it('are float32', () => {
    expect(messageOf(() => tensor([1, 2], { dtype: 'int32', requiresGrad: true }))).toBe(
      "DTypeError: requiresGrad: gradients exist with respect to float32 only, got i32[2]; cast it: x.cast('float32')",
    );
    expect(messageOf(() => tensor(1, { requiresGrad: 1 } as never))).toMatch(
      /^OptionError: tensor: requiresGrad must be true or false, got 1/,
    );
  });

  it('alone keep gradients', () => {
    const y = leaf(3).mul(2);
    expect(messageOf(() => y.grad)).toBe(
      'GradientError: grad: this tensor f32[] was computed (by mul), and gradients are kept for leaves only; keep this one with x.retainGrad() before the backward pass, or look at it on its way with x.registerHook((g) => …)',
    );
    const constant = tensor(1);
    expect(
      messageOf(() => {
        constant.grad = tensor(1);
      }),
    ).toBe(
      'GradientError: grad: a gradient is kept by leaves that require one; this tensor f32[] does not: tensor(data, { requiresGrad: true })',
    );
    const x = leaf(1);
    expect(
      messageOf(() => {
        x.grad = tensor([1, 2]);
      }),
    ).toBe('GradientError: grad: the gradient of a tensor f32[] is null or of that type, got f32[2]');
  });
});

describe('hooks', () => {
  it('belong on tensors that a gradient reaches, and keep its type', () => {
    expect(messageOf(() => tensor(1).registerHook(() => undefined))).toBe(
      'GradientError: registerHook: no backward pass reaches this tensor f32[]: it depends on nothing that requires a gradient',
    );
    expect(messageOf(() => leaf(1).registerHook(5 as never))).toBe(
      'ArgumentError: registerHook: expected a function, got number',
    );
    const x = leaf(1);
    x.registerHook(() => tensor([1, 2]));
    expect(messageOf(() => x.mul(2).backward())).toBe(
      'GradientError: registerHook: the hook of a tensor f32[] must return a gradient of that type or nothing, got f32[2]',
    );
    expect(x.grad).toBe(null);
  });
});

describe('noGrad', () => {
  it('takes a function that ends', () => {
    expect(messageOf(() => noGrad(undefined as never))).toBe(
      'ArgumentError: noGrad: expected a function, got undefined; write noGrad(() => …)',
    );
    expect(messageOf(() => noGrad(async () => 1))).toBe(
      'ArgumentError: noGrad: an async function runs on after noGrad has ended; use noGrad around the parts between two awaits',
    );
  });
});
