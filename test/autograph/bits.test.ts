// The bits of integers in converted code: what JavaScript's operators give on whole numbers.
import { expect, it } from 'vitest';
import { tensor } from '../../src/index.ts';
import { converted, plain } from './evaluate.ts';
import { compiled } from './staged.ts';

it.each(['x & y', 'x | y', 'x ^ y', '~x', 'x << y', 'x >> y', '(x >>> y) | 0', '(x & 6) + (3 | y)'])(
  '%s',
  (expression) => {
    const source = `export function f(x, y) {\n  return ${expression};\n}\n`;
    for (const x of [0, 1, -1, 13, -6, 2 ** 31 - 1, -(2 ** 31)])
      for (const y of [0, 1, 5, 31, 33, -3]) {
        const given = [x, y].map((n) => tensor(n, { dtype: 'int32' }));
        expect(compiled(converted(source), given).item(), `${x}, ${y}`).toBe(plain(source)(x, y) as number);
      }
  },
);
