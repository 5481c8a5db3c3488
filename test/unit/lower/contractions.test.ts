// Contractions in lanes give the bits of eager mode by every schedule: tiles that fit and tiles that do not, panels, sums that resume from memory,
// epilogues of both kinds, updates in place.
import { describe, expect, it } from 'vitest';
import { allocate, flatData, ndView } from '../../../src/array/nd.ts';
import { compileWasm } from '../../../src/codegen/wasm/program.ts';
import { jit, type Tensor, tensor } from '../../../src/index.ts';
import { sizeOf } from '../../../src/ir/types.ts';
import { lower } from '../../../src/lower/lower.ts';
import { printProgram } from '../../../src/lower/print.ts';
import { dotGeneral } from '../../../src/ops/dot.ts';
import { EagerTensor } from '../../../src/tensor/eager.ts';
import { expectSameBits } from '../../ops/compare.ts';
import { floats } from '../../ops/samples/sample.ts';

type Sizes = readonly [m: number, n: number, k: number];
const sizes: readonly Sizes[] = [
  // Fewer rows than a tile has; columns of each width.
  [1, 45, 9],
  [2, 23, 20],
  [3, 14, 20],
  // Too small to be packed, and just large enough.
  [7, 9, 7],
  [15, 33, 12],
  [16, 32, 8],
  // Rests of rows and of columns: none, one, and what is filled up with zeros.
  [64, 64, 16],
  [65, 65, 17],
  [18, 10, 33],
  [35, 15, 9],
  [68, 7, 40],
  [67, 3, 12],
  [40, 1, 30],
  [66, 2, 11],
  // Parts of the contracted axis: two, and with a middle.
  [20, 12, 897],
  [19, 70, 1100],
  // Blocks of rows.
  [516, 520, 9],
  [64, 0, 5],
  [5, 6, 0],
];

const kinds = {
  'A · B': [1, 0],
  'Aᵀ · B': [0, 0],
  'A · Bᵀ': [1, 1],
  'Aᵀ · Bᵀ': [0, 1],
} as const;

function operands([m, n, k]: Sizes, [left, right]: readonly [number, number]): [Tensor, Tensor] {
  return [
    new EagerTensor(floats(left === 1 ? [m, k] : [k, m], 1)),
    new EagerTensor(floats(right === 0 ? [k, n] : [n, k], 2)),
  ];
}

const product =
  ([left, right]: readonly [number, number]) =>
  (a: Tensor, b: Tensor) =>
    dotGeneral(a, b, { leftContract: [left], rightContract: [right] });

const views = (xs: readonly Tensor[]) => xs.map((x) => (x as EagerTensor).requireView());

function expectSame(f: (...args: Tensor[]) => Tensor[], args: Tensor[], about: string): void {
  const expected = views(f(...args));
  const compiled = jit(f, { backend: 'wasm', name: 'f' });
  expectSameBits(views(compiled(...args)), expected, about);
  // Tiles for engines that spare registers.
  const func = compiled.lower(...args).stages.at(-1)!.func;
  const program = lower(func, { precision: 'strict', target: 'wasm', tileRows: 6 });
  const results = expected.map(({ dtype, shape }) => allocate(dtype, sizeOf(shape)));
  compileWasm(program)([...views(args).map(flatData), ...results]);
  expectSameBits(
    results.map((data, i) => ndView(expected[i]!.dtype, expected[i]!.shape, data)),
    expected,
    `${about}, six rows`,
  );
}

describe.each(Object.entries(kinds))('%s', (_, kind) => {
  it.each(sizes)('%i × %i by sums of %i', (...size) => {
    const [m, n] = size;
    const times = product(kind);
    const args = operands(size, kind);
    const [bias, state] = [new EagerTensor(floats([n], 3)), new EagerTensor(floats([m, n], 4))];
    expectSame((a, b) => [times(a!, b!)], args, 'alone');
    expectSame((a, b, c) => [times(a!, b!).add(c!).relu()], [...args, bias], 'short epilogue');
    const long = (x: Tensor): Tensor => x.tanh().mul(x.sigmoid()).add(x.sin());
    expectSame((a, b, c) => [long(times(a!, b!).add(c!))], [...args, bias], 'long epilogue');
    const update = (a: Tensor, b: Tensor, s: Tensor): Tensor[] => {
      const next = s.mul(0.9).add(times(a, b));
      return [next, next.mul(0.5).sub(s)];
    };
    expectSame((a, b, s) => update(a!, b!, s!), [...args, state], 'two results');
    const expected = views(update(...args, state));
    const inPlace = jit(update, { backend: 'wasm', donate: [2], name: 'update' });
    expectSameBits(views(inPlace(...args, state)), expected, 'in place');
  });
});

describe('batches', () => {
  it.each([
    [3, 20, 18, 10],
    [2, 64, 65, 16],
    [4, 5, 6, 7],
  ])('%i of %i × %i by sums of %i', (batch, m, n, k) => {
    const a = new EagerTensor(floats([batch, m, k], 1));
    const b = new EagerTensor(floats([batch, k, n], 2));
    const c = new EagerTensor(floats([batch, m, n], 3));
    expectSame((x, y, z) => [x!.matmul(y!).mul(0.25).add(z!)], [a, b, c], 'a batch');
    const heads = (x: Tensor): Tensor => x.reshape([batch, m, 1, k]).transpose([0, 2, 1, 3]);
    expectSame((x, y) => [heads(x!).matmul(y!.reshape([batch, 1, k, n]))], [a, b], 'views of operands');
  });

  it('multiplies integers, which wrap', () => {
    const x = tensor(
      Int32Array.from({ length: 33 * 18 }, (_, i) => ((i * 40503) ** 2) | 0),
      { shape: [33, 18] },
    );
    expectSame((a) => [a!.transpose().matmul(a!)], [x], 'int32');
  });
});

it('copies long operands into panels and resumes sums', () => {
  const f = jit((a: Tensor, b: Tensor) => a.matmul(b), { backend: 'wasm', name: 'long' });
  const { stages } = f.lower(new EagerTensor(floats([16, 1100], 1)), new EagerTensor(floats([1100, 10], 2)));
  const program = lower(stages.at(-1)!.func, { precision: 'strict', target: 'wasm' });
  expect(printProgram(program)).toMatch(/scratch right.*scratch edge.*scratch sums/);
});
