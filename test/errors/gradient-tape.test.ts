// What users see when a tape is used wrongly.
import { describe, expect, it } from 'vitest';
import {
  checkpoint,
  cond,
  forLoop,
  GradientTape,
  jacobian,
  jit,
  jvp,
  type Tensor,
  tensor,
  variable,
} from '../../src/index.ts';
import { messageOf } from './message.ts';

describe('a tape', () => {
  it('gives one gradient unless it is persistent', () => {
    const x = tensor(3);
    const tape = new GradientTape();
    tape.watch(x);
    const y = x.mul(x);
    tape.gradient(y, x);
    expect(messageOf(() => tape.gradient(y, x))).toBe(
      'GradientError: GradientTape: gradient() was asked of a tape that has given its gradient and forgotten what it had recorded; use new GradientTape({ persistent: true }) to ask more than once',
    );
    expect(messageOf(() => tape.watch(x))).toBe(
      'GradientError: GradientTape: watch() after its end records nothing; watch before you compute',
    );
  });

  it('differentiates float32 tensors by float32 tensors', () => {
    using tape = new GradientTape({ persistent: true });
    const x = tensor(1);
    const n = tensor([1, 2], { dtype: 'int32' });
    expect(messageOf(() => tape.watch(n))).toBe(
      "GradientError: GradientTape: the tensor is i32[2]; gradients exist for float32 only, cast it: x.cast('float32')",
    );
    expect(messageOf(() => tape.watch([x, 5] as never))).toBe(
      'ArgumentError: GradientTape: the tensor[1] is a number; a tape watches tensors: tensor(5)',
    );
    expect(messageOf(() => tape.gradient(n, x))).toBe(
      "GradientError: GradientTape: the target is i32[2]; gradients exist for float32 only, cast it: x.cast('float32')",
    );
    expect(messageOf(() => tape.gradient(5 as never, x))).toBe(
      'GradientError: GradientTape: the target must be a tensor, got number',
    );
    expect(messageOf(() => tape.gradient(x, []))).toBe(
      'GradientError: GradientTape: there are no sources to differentiate with respect to',
    );
    expect(messageOf(() => tape.gradient(x, x, { unconnected: 'zero' } as never))).toBe(
      "OptionError: gradient: unconnected must be 'none' or 'zeros', got \"zero\"",
    );
    expect(messageOf(() => new GradientTape({ persist: true } as never))).toBe(
      "OptionError: GradientTape: unknown option 'persist'; there are persistent, watchAccessedVariables",
    );
  });

  it('does not mix with backward()', () => {
    const w = variable(tensor(3), { name: 'w' });
    const loss = GradientTape.record(() => w.square());
    expect(messageOf(() => loss.add(w).backward())).toBe(
      "GradientError: backward: no gradient flows through it: variable 'w' was read under a GradientTape, which gives its gradient: tape.gradient(target, variable); for backward(), compute without a tape",
    );
    expect(messageOf(() => GradientTape.record(async () => 1))).toBe(
      'ArgumentError: GradientTape.record: an async function runs on after the tape has ended; record the parts between two awaits',
    );
  });
});

describe('jacobian, jvp, checkpoint', () => {
  it('say what they take', () => {
    expect(messageOf(() => jacobian(tensor(1) as never))).toBe(
      'ArgumentError: jacobian: expected a function, got a tensor f32[]',
    );
    expect(messageOf(() => jacobian((x: Tensor) => x.argmax())(tensor([1])))).toBe(
      'GradientError: jacobian: the function must return a float32 tensor, got i32[]',
    );
    expect(messageOf(() => checkpoint(null as never))).toBe(
      'ArgumentError: checkpoint: expected a function, got null',
    );
    expect(messageOf(() => jvp((x: Tensor) => x, [tensor(1)], [tensor([1, 2])]))).toBe(
      'GradientError: jvp: tangents[0] must be f32[] like primals[0], got f32[2]',
    );
    expect(messageOf(() => jvp((x: Tensor) => x, [tensor(1)], [] as never))).toBe(
      'TreeError: jvp: the tangents must have the structure of the primals, with leaves primals[0]; got ',
    );
    expect(messageOf(() => jvp((x: Tensor) => [x, x.argmax()], [tensor([1])], [tensor([1])]))).toBe(
      'GradientError: jvp: result[1] is i32[]; derivatives are float32, cast it or leave it out',
    );
  });

  it('says that compiled code read again what it had assigned, which eager mode counts as a reading of its own', () => {
    const v = variable(2, { name: 'v' });
    const under = (f: (x: Tensor) => Tensor) => () => {
      using tape = new GradientTape();
      return tape.gradient(f(tensor(3)), v);
    };
    const product = (x: Tensor): Tensor => v.assign(v.mul(x)).mul(x);
    const message =
      "GradientError: GradientTape: variable 'v' is assigned inside a jitted function or a staged loop or branch, and read again in there, where a tape around it cannot tell one value from the other; let the loop carry a tensor (v.value()) and assign it at the end, or begin the tape inside";
    expect(messageOf(under(jit(product)))).toBe(message);
    const inLoop = (x: Tensor): Tensor => forLoop(0, 2, (_, s) => s.add(v.assign(v.mul(x))), x);
    expect(messageOf(() => jit(under(inLoop))())).toBe(message);
    const inBranch = (x: Tensor): Tensor =>
      cond(
        x.greater(0),
        () => product(x),
        () => x,
      );
    expect(messageOf(() => jit(under(inBranch))())).toBe(message);
    v.assign(2);
    expect(under(inLoop)()!.item()).toBe(2);
    // What is assigned and not read again is right.
    const last = (x: Tensor): Tensor =>
      cond(
        x.greater(0),
        () => {
          const y = v.mul(x);
          v.assign(y);
          return y;
        },
        () => x,
      );
    v.assign(2);
    expect(jit(under(last))()!.item()).toBe(3);
  });
});
