// A function that a host has converted and that is given a scope as well is converted once.
import { jit, type Tensor, tensor } from 'tracejit';
import 'tracejit/autograph';
import { expect, it } from 'vitest';

it('stops at a break', () => {
  const f = jit(
    (x: Tensor) => {
      'use jit';
      let y = x;
      let n = tensor(0);
      while (y.less(100) as unknown as boolean) {
        y = y.mul(2);
        n = n.add(1);
        if (n.greater(3) as unknown as boolean) break;
      }
      return y;
    },
    // biome-ignore lint/security/noGlobalEval: what users without a build step write
    { scope: (code: string) => eval(code) },
  );
  expect(f(tensor(1)).item()).toBe(16);
});
