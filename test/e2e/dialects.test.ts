// The comparison page as a test: every dialect gives the derivative, the network and the losses of the others, to the bit.

import type { Tensor } from 'tracejit';
import { describe, expect, it } from 'vitest';
import { functions } from '../../examples/dialects/functions.ts';
import { loopStarts, regression } from '../../examples/dialects/problem.ts';
import { pytorch } from '../../examples/dialects/pytorch.ts';
import { tensorflow1 } from '../../examples/dialects/tensorflow1.ts';
import { tensorflow2, tensorflow2Compiled } from '../../examples/dialects/tensorflow2.ts';
import { theano } from '../../examples/dialects/theano.ts';

const bits = (x: Tensor): number[] => [...new Int32Array(x.data().buffer)];
const expected = {
  network: bits(functions.predict()),
  losses: functions.train().map(bits),
  loops: loopStarts.map((x) => bits(functions.loop(x))),
};

describe.each([tensorflow1, theano, pytorch, tensorflow2, tensorflow2Compiled, functions])(
  '$name',
  (dialect) => {
    it('has the derivative of x² at 5', () => {
      expect(dialect.derivative().item()).toBe(10);
    });
    it('has the output of the network', () => {
      expect(bits(dialect.predict())).toEqual(expected.network);
    });
    it('takes as many rounds of the loop', () => {
      expect(loopStarts.map((x) => bits(dialect.loop(x)))).toEqual(expected.loops);
    });
    it('has the losses of the regression', () => {
      const losses = dialect.train();
      expect(losses.map(bits)).toEqual(expected.losses);
      expect(losses.length).toBe(regression.steps);
      expect(losses.at(-1)!.item()).toBeLessThan(losses[0]!.item() / 2);
    });
  },
);

it('the loops end by their condition, and by break', () => {
  const [done, broken] = loopStarts as [Tensor, Tensor];
  expect(functions.loop(done).sum().item()).toBeLessThan(1);
  expect(bits(functions.loop(broken))).toEqual(bits(broken));
});
