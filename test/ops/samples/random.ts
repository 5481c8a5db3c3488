// Samples of random_bits: widths, streams, and keys with every kind of bits.
import { i32, layouts, type Sample, type SampleTable } from './sample.ts';

const key = i32([2], [0, 42]);

const randomBits: readonly Sample[] = [
  { about: 'whole words', args: [key], attrs: { shape: [5], bits: 32, stream: 0 } },
  { about: 'one bit', args: [key], attrs: { shape: [40], bits: 1, stream: 0 } },
  { about: 'a matrix of 24 bits', args: [key], attrs: { shape: [3, 4], bits: 24, stream: 1 } },
  { about: 'a scalar', args: [key], attrs: { shape: [], bits: 31, stream: 0 } },
  { about: 'no elements', args: [key], attrs: { shape: [2, 0], bits: 32, stream: 0 } },
  ...[
    [0, 0],
    [-1, -1],
    [2 ** 31 - 1, -(2 ** 31)],
  ].map((words) => ({
    about: `key ${words}`,
    args: [i32([2], words)],
    attrs: { shape: [9], bits: 32, stream: 7 },
  })),
  ...layouts(key).map(({ layout, x }) => ({
    about: layout,
    args: [x],
    attrs: { shape: [3], bits: 32, stream: 0 },
  })),
];

export const random: SampleTable = { random_bits: randomBits };
