// What JavaScript does to objects by itself: refused where it would give a number that jit could not see.
import { describe, expect, it } from 'vitest';
import { tensor, variable } from '../../../src/index.ts';
import { messageOf } from '../../errors/message.ts';

// The type system refuses most of these lines; JavaScript programs write them all the same.
// biome-ignore lint/suspicious/noExplicitAny: see above
const x = tensor([1, 2]) as any;

const byNumber =
  'ArgumentError: a tensor f32[2] was converted to a number, by an operator such as - * / % ** < <= > >= or a function such as Math.exp, or by an op that takes a JavaScript number there; ' +
  'JavaScript operators do not compute with tensors. Use methods: x.add(1), x.neg(), x.greater(0), x.equal(y), x.exp(); or read the value first: x.item()';
const byDefault = byNumber.replace(
  'a number, by an operator such as - * / % ** < <= > >= or a function such as Math.exp, or by an op that takes a JavaScript number there',
  'a primitive, by + or ==',
);

describe('operators on a tensor', () => {
  it.each([
    ['x > 0', () => x > 0],
    ['x <= y', () => x <= tensor([1, 2])],
    ['-x', () => -x],
    ['x * 2', () => x * 2],
    ['x ** 2', () => x ** 2],
    ['Math.exp(x)', () => Math.exp(x)],
    ['Number(x)', () => Number(x)],
    ['Math.max(...x)', () => Math.max(...x)],
  ])('%s is refused', (_, f) => {
    expect(messageOf(f).replace('f32[]', 'f32[2]')).toBe(byNumber);
  });
  it.each([
    ['x + 1', () => x + 1],
    // biome-ignore lint/suspicious/noDoubleEquals: the operator under test
    ['x == 1', () => x == 1],
    ["'text' + x", () => 'text'.concat('') + x],
  ])('%s is refused', (_, f) => {
    expect(messageOf(f)).toBe(byDefault);
  });
  it('is refused by variables too', () => {
    // biome-ignore lint/suspicious/noExplicitAny: as above
    const v = variable(tensor([1, 2])) as any;
    expect(messageOf(() => v > 0)).toBe(byNumber);
  });
});

describe('reading', () => {
  it('item() takes one element', () => {
    expect(tensor([[5]]).item()).toBe(5);
    expect(tensor([true]).item<boolean>()).toBe(true);
    expect(messageOf(() => tensor([1, 2]).item())).toBe(
      'ArgumentError: item: takes a tensor of one element, got f32[2] with 2; use toArray() or data(), or reduce it first: x.sum().item()',
    );
  });
  it('JSON sees nested arrays', () => {
    expect(JSON.stringify({ x: tensor([[1, 2]]) })).toBe('{"x":[[1,2]]}');
  });
  it('iterates over axis 0', () => {
    const [a, b] = tensor([
      [1, 2],
      [3, 4],
    ]);
    expect([a!.toArray(), b!.toArray()]).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect([...variable(tensor([1, 2]))].map((t) => t.item())).toEqual([1, 2]);
    expect(messageOf(() => [...tensor(1)])).toBe(
      'ShapeError: a scalar tensor has no axis to iterate over; where a list is expected, give a JavaScript array',
    );
  });
});
