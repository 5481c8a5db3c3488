// Theano's way: functions of symbols, updates after outputs, scan.

import { compileFunction, gradients, shared, symbol } from 'tracejit/graph';
import { describe, expect, it } from 'vitest';

describe('compileFunction', () => {
  it('computes expressions', () => {
    const x = symbol('x');
    const [df] = gradients(x.pow(2), [x]);
    expect(compileFunction([x], df!)(5).item()).toBe(10);
    const both = compileFunction([x], [x.add(1), x.mul(2)]);
    expect(both(3).map((t) => t.item())).toEqual([4, 6]);
  });

  it('updates after the outputs: the accumulator returns the old value', () => {
    const state = shared(0, 'state');
    const inc = symbol('inc');
    const accumulate = compileFunction([inc], state, { updates: [[state, state.add(inc)]] });
    expect([accumulate(1).item(), accumulate(10).item()]).toEqual([0, 1]);
    expect(state.getValue().item()).toBe(11);
    const decrement = compileFunction([inc], state, { updates: new Map([[state, state.sub(inc)]]) });
    expect(decrement(2).item()).toBe(11);
    state.setValue(100);
    expect(decrement(1).item()).toBe(100);
    expect(state.getValue().item()).toBe(99);
  });

  it('updates all at once', () => {
    const [a, b] = [shared(1, 'a'), shared(2, 'b')];
    compileFunction([], [], {
      updates: [
        [a, b],
        [b, a],
      ],
    })();
    expect([a, b].map((v) => v.getValue().item())).toEqual([2, 1]);
  });

  it('lets others stand in', () => {
    const state = shared(5, 'state');
    const [x, y] = [symbol('x'), symbol('y')];
    const f = state.mul(2).add(x);
    const skip = compileFunction([x, y], f, { givens: [[state, y.mul(10)]] });
    expect(skip(1, 3).item()).toBe(61);
    expect(state.getValue().item()).toBe(5);
  });

  it('takes open sizes', () => {
    const x = symbol('x', [null]);
    const f = compileFunction([x], x.mean());
    expect([f([1, 2]), f([1, 2, 6])].map((t) => t.item())).toEqual([1.5, 3]);
  });
});
