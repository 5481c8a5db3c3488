// What users see when they ask a traced tensor for what it does not have.
import { describe, expect, it } from 'vitest';
import { jit, type Tensor, tensor } from '../../src/index.ts';
import { messageOf } from './message.ts';

const ways =
  'while a function is traced, its tensors have a dtype and a shape but no elements. Ways out:\n' +
  '  - compute with methods, x.add(1), x.neg(), x.greater(0), x.equal(y), x.exp(), and choose with cond(condition, () => a, () => b), or by element with where(condition, a, b)\n' +
  '  - let the source transform convert the function: then operators are ops (node --import tracejit/register, or a plugin such as tracejit/autograph/vite)\n' +
  '  - return the tensor and read the result outside the jitted function\n' +
  '  - make the argument a JavaScript value again, as axes, sizes and options must be: jit(f, { static: [position] })';

const inside = (use: (x: Tensor) => unknown): string =>
  messageOf(() => jit((x: Tensor) => void use(x), { name: 'f' })(tensor([1, 2])));

describe('a traced tensor', () => {
  const argument = 'a traced tensor f32[2] (args[0] in @f at test/errors/trace.test.ts)';
  const asNumber = `TraceError: ${argument} was converted to a number, by an operator such as - * / % ** < <= > >= or a function such as Math.exp, or by an op that takes a JavaScript number there; ${ways}`;
  const asString = `TraceError: ${argument} was converted to a string, by a template literal, String(x), as a property name, or by an op that takes a JavaScript value there (an axis, a size); ${ways}`;
  const asEither = `TraceError: ${argument} was converted to a primitive, by + or ==; ${ways}`;

  it('refuses operators and Math', () => {
    expect(inside((x) => +x)).toBe(asNumber);
    expect(inside((x) => (x as unknown as number) < 1)).toBe(asNumber);
    expect(inside((x) => (x as unknown as number) ** 2)).toBe(asNumber);
    expect(inside((x) => Math.exp(x as unknown as number))).toBe(asNumber);
    expect(inside((x) => Number(x))).toBe(asNumber);
  });

  it('refuses + and ==', () => {
    expect(inside((x) => (x as unknown as number) + 1)).toBe(asEither);
    // biome-ignore lint/suspicious/noDoubleEquals: what is tested
    expect(inside((x) => (x as unknown as number) == 1)).toBe(asEither);
  });

  it('refuses to be text or a key', () => {
    expect(inside((x) => `${x}`)).toBe(asString);
    expect(inside((x) => ({})[x as unknown as string])).toBe(asString);
    expect(inside((x) => String(x))).toBe(asString);
  });

  it('refuses to be read', () => {
    const read = (how: string): string => `TraceError: ${how} asked for the elements of ${argument}; ${ways}`;
    expect(inside((x) => x.item())).toBe(read('item()'));
    expect(inside((x) => x.toArray())).toBe(read('toArray()'));
    expect(inside((x) => x.data())).toBe(read('data()'));
    expect(inside((x) => x.toString())).toBe(read('toString()'));
    expect(inside((x) => JSON.stringify({ x }))).toBe(read('JSON.stringify()'));
  });

  it('is no flag: it would always count as true', () => {
    const flags: readonly ((x: Tensor, flag: boolean) => unknown)[] = [
      (x, keepDims) => x.sum(0, keepDims),
      (x, keepDims) => x.argmax(0, keepDims),
      (x, keepDims) => x.logSumExp(0, keepDims),
      (x, keepDims) => x.std(0, keepDims),
      (x, approximate) => x.gelu({ approximate }),
      (x, reverse) => x.cumsum(0, { reverse }),
    ];
    for (const f of flags) {
      const message = messageOf(() => jit(f)(tensor([1, 2]), tensor(false) as never));
      expect(message).toMatch(
        /^OptionError: .* must be true or false, got an object; give a jitted function a boolean/,
      );
      expect(messageOf(() => jit(f)(tensor([1, 2]), false))).toBe('no error');
    }
  });

  it('is no axis, size or position', () => {
    const scalar = jit((f: (x: Tensor, n: number) => unknown, n: number) => f(tensor([1, 2]), n), {
      static: [0],
    });
    for (const f of [
      (x: Tensor, n: number) => x.sum(n),
      (x: Tensor, n: number) => x.reshape([n, 2]),
      (x: Tensor, n: number) => x.tile([n]),
    ])
      expect(messageOf(() => scalar(f, 1))).toMatch(
        /by an op that takes a JavaScript value there \(an axis, a size\)/,
      );
    expect(messageOf(() => scalar((x, n) => x.slice([n, 2]), 1))).toMatch(/slice takes numbers: use gather/);
    expect(messageOf(() => tensor([1, 2]).slice([tensor(0) as never, 2]))).toMatch(
      /slice takes numbers: use gather/,
    );
  });

  it('says which op made it, and where', () => {
    const message = messageOf(() =>
      jit(
        (x: Tensor) => {
          const y = x.mul(2).sum();
          return y.item() > 0 ? x : y;
        },
        { name: 'step' },
      )(tensor([1, 2])),
    );
    expect(message.split(';')[0]).toBe(
      'TraceError: item() asked for the elements of a traced tensor f32[] (sum in @step at test/errors/trace.test.ts)',
    );
  });

  it('ends with the line that asked', () => {
    expect(() => jit((x: Tensor) => x.item())(tensor(1))).toThrow(
      /\n {2}at test\/errors\/trace\.test\.ts:\d+:\d+$/,
    );
  });
});

describe('a leaked tensor', () => {
  it('names where it was made, and fails where it is used', () => {
    let kept: Tensor | undefined;
    jit(
      (x: Tensor) => {
        kept = x.neg();
        return x;
      },
      { name: 'step' },
    )(tensor([1, 2]));
    const leak =
      'LeakError: a traced tensor was used after its trace ended: f32[2] (neg in @step at test/errors/trace.test.ts). Tensors of a traced function live only while it runs; return the tensor from the function, or keep it in a Variable with assign(), instead of storing it outside';
    expect(messageOf(() => kept!.add(1))).toBe(leak);
    expect(messageOf(() => tensor([1, 2]).add(kept!))).toBe(leak);
    expect(messageOf(() => kept!.item())).toBe(leak);
    expect(messageOf(() => `${kept!}`)).toBe(leak);
    expect(messageOf(() => jit((x: Tensor) => x.add(kept!))(tensor([1, 2])))).toBe(leak);
    expect(messageOf(() => jit((x: Tensor) => x)(kept!))).toBe(leak);
    expect(() => kept!.add(1)).toThrow(/\n {2}at test\/errors\/trace\.test\.ts:\d+:\d+$/);
    // Its type is still known: only its elements never existed.
    expect(kept!.shape).toEqual([2]);
  });
});
