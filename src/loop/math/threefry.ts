// Threefry-2x32 with 20 rounds (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"): a random word from a key and a counter, without any state.
import type { Expr, ScalarFunction } from '../kernel.ts';
import * as k from '../make.ts';
import { define } from './define.ts';

/** Rotation distances of the rounds, four at a time, alternating; and the constant of the key schedule. From the paper. */
export const threefryRotations: readonly (readonly number[])[] = [
  [13, 15, 26, 6],
  [17, 29, 16, 24],
];
export const threefryParity = 0x1bd11bda;

const xor = (a: Expr, b: Expr): Expr => k.binary('xor', a, b);
const rotateLeft = (x: Expr, by: number): Expr =>
  k.or(k.binary('shl', x, k.i32(by)), k.binary('ushr', x, k.i32(32 - by)));

/** The exclusive or of both words that Threefry makes of the counter (high, low). */
export const threefry: ScalarFunction = define(
  'threefry',
  'i32',
  ['key0', 'key1', 'high', 'low'],
  ([key0, key1, high, low], step) => {
    const schedule = [key0!, key1!, step('key2', xor(xor(key0!, key1!), k.i32(threefryParity)))];
    let x0 = step('x0', k.add(high!, schedule[0]!));
    let x1 = step('x1', k.add(low!, schedule[1]!));
    for (let group = 0; group < 5; group++) {
      threefryRotations[group % 2]!.forEach((by, round) => {
        x0 = step(`a${group}${round}`, k.add(x0, x1));
        x1 = step(`b${group}${round}`, xor(rotateLeft(x1, by), x0));
      });
      x0 = step(`c${group}`, k.add(x0, schedule[(group + 1) % 3]!));
      x1 = step(`d${group}`, k.add(k.add(x1, schedule[(group + 2) % 3]!), k.i32(group + 1)));
    }
    return xor(x0, x1);
  },
);
