// An index out of bounds is named, by every executor alike: in eager mode, in JavaScript, in vectors and threads of WebAssembly, in loops.
import { forLoop, gather, grad, type JitOptions, jit, scan, type Tensor, tensor, zeros } from 'tracejit';
import { Embedding } from 'tracejit/nn';
import { describe, expect, it } from 'vitest';
import { messageOf } from '../errors/message.ts';

const ways: readonly JitOptions[] = [
  { backend: 'js' },
  { backend: 'wasm', threads: 1 },
  { backend: 'wasm', threads: 2 },
];
const indices = (list: number[]): Tensor => tensor(list, { dtype: 'int32' });
const message = (op: string, size: number, got: number): string =>
  `ArgumentError: ${op}: an index is out of bounds for axis 0 of size ${size}, where indices go from ${-size} to ${size - 1} (negative ones count from the end): got ${got}`;

const table = tensor(
  Float32Array.from({ length: 40 }, (_, i) => Math.sin(i)),
  { shape: [10, 4] },
);
const row = tensor(Float32Array.from({ length: 10 }, (_, i) => Math.sin(i)));
const many = (bad: number, at: number): Tensor =>
  indices(Array.from({ length: 40_000 }, (_, i) => (i === at ? bad : i % 10)));

const cases: Readonly<Record<string, { f: (i: Tensor) => Tensor; i: Tensor; got: number; op?: string }>> = {
  'of rows': { f: (i) => table.gather(i), i: indices([3, 10, 99]), got: 10 },
  'of elements, in vectors': {
    f: (i) => row.gather(i).mul(2),
    i: indices([0, 1, 2, 3, 4, 5, -11, 77, 1]),
    got: -11,
  },
  'of an embedding': {
    f: (i) => embedding(i).sum(-1),
    i: indices([1, 2, 12]),
    got: 12,
    op: "Embedding 'words'",
  },
  'in a sum': { f: (i) => row.gather(i).sum(), i: many(31, 25_001), got: 31 },
  'of what threads share out': { f: (i) => row.gather(i).exp().sin(), i: many(-12, 39_000), got: -12 },
  'of a row of its own': {
    f: (i) => row.takeAlongAxis(i, 0),
    i: indices([1, 10]),
    got: 10,
    op: 'takeAlongAxis',
  },
  'that is added to': {
    f: (i) => row.scatterAdd(i, zeros([2])),
    i: indices([1, -13]),
    got: -13,
    op: 'scatterAdd',
  },
  'in a loop': {
    f: (i) => forLoop(0, 6, (round, sum) => sum.add(row.gather(i.add(round))), zeros([3])),
    i: indices([1, 2, 5]),
    got: 10,
  },
  'in a scan': {
    f: (i) => scan((sum: Tensor, at: Tensor) => [sum.add(row.gather(at)), sum] as const, tensor(0), i)[0],
    i: indices([1, 2, 10, 5]),
    got: 10,
  },
  'in a gradient': {
    f: (i) => grad((t: Tensor) => gather(t, i).square().sum())(table),
    i: indices([1, 17]),
    got: 17,
  },
};
const embedding = new Embedding(10, 4, { name: 'words' });
embedding(indices([0]));

describe('an index out of bounds', () => {
  for (const [what, { f, i, got, op = 'gather' }] of Object.entries(cases))
    it(what, () => {
      expect(messageOf(() => f(i))).toBe(message(op, 10, got));
      for (const options of ways) {
        const compiled = jit((x: Tensor) => f(x), options);
        // Before and after, all is well.
        const good = i.mul(0);
        const expected = f(good).toArray();
        expect(compiled(good).toArray(), JSON.stringify(options)).toEqual(expected);
        expect(
          messageOf(() => compiled(i)),
          JSON.stringify(options),
        ).toBe(message(op, 10, got));
        expect(compiled(good).toArray(), JSON.stringify(options)).toEqual(expected);
      }
    });
});
