// Tensors from data, and every way the data can be wrong.
import { describe, expect, it } from 'vitest';
import { type TensorData, tensor } from '../../../src/index.ts';
import { messageOf } from '../../errors/message.ts';

describe('tensor()', () => {
  it('infers shape and dtype', () => {
    const cases: readonly [TensorData, string, readonly number[]][] = [
      [5, 'float32', []],
      [true, 'bool', []],
      [[], 'float32', [0]],
      [[[], []], 'float32', [2, 0]],
      [
        [
          [1, 2, 3],
          [4, 5, 6],
        ],
        'float32',
        [2, 3],
      ],
      [[true, false], 'bool', [2]],
      [new Float32Array(3), 'float32', [3]],
      [new Float64Array(3), 'float32', [3]],
      [new Int32Array(3), 'int32', [3]],
      [new Uint8Array(3), 'int32', [3]],
      [[new Float32Array(3), new Float32Array(3)], 'float32', [2, 3]],
      [[new Int32Array(0)], 'int32', [1, 0]],
    ];
    for (const [data, dtype, shape] of cases) {
      const x = tensor(data);
      expect([x.dtype, x.shape]).toEqual([dtype, shape]);
    }
  });

  it('keeps row-major order and rounds to float32', () => {
    const x = tensor([
      [0.1, 2],
      [-0, Number.NaN],
    ]);
    expect(x.data()).toEqual(new Float32Array([0.1, 2, -0, Number.NaN]));
    expect(x.toArray()).toEqual([
      [Math.fround(0.1), 2],
      [-0, Number.NaN],
    ]);
  });

  it('copies: later writes to the source do not reach the tensor', () => {
    for (const length of [3, 1000]) {
      const source = new Float32Array(length).fill(1);
      const x = tensor(source);
      source.fill(2);
      expect(x.sum().item()).toBe(length);
    }
  });

  it('hands out data that is the caller’s own', () => {
    for (const length of [3, 1000]) {
      const x = tensor(new Float32Array(length));
      x.data().fill(7);
      expect(x.sum().item()).toBe(0);
    }
  });

  it('takes a shape for flat data, and a dtype', () => {
    expect(tensor([1, 2, 3, 4], { shape: [2, 2], dtype: 'int32' }).toArray()).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(tensor([0, 1], { dtype: 'bool' }).toArray()).toEqual([false, true]);
    expect(tensor([true, false], { dtype: 'float32' }).toArray()).toEqual([1, 0]);
    expect(tensor(5, { shape: [1, 1] }).shape).toEqual([1, 1]);
  });

  it('does not follow later changes of the shape that was passed', () => {
    const shape = [2, 2];
    const x = tensor([1, 2, 3, 4], { shape });
    shape[0] = 4;
    expect(x.shape).toEqual([2, 2]);
  });

  it('reads sizes back', () => {
    const x = tensor([[1, 2, 3]]);
    expect([x.ndim, x.size, x.shape]).toEqual([2, 3, [1, 3]]);
  });

  it('refuses an array that contains itself', () => {
    const cycle: TensorData[] = [];
    cycle.push(cycle);
    expect(() => tensor(cycle)).toThrow(
      'tensor: arrays nested more than 100 levels deep; does one contain itself?',
    );
  });

  // The data of each case are wrong on purpose, so that most would not type-check.
  const wrong: readonly [unknown, object | undefined, string][] = [
    [
      [[1, 2], [3]],
      undefined,
      'ShapeError: tensor: ragged array: data[1] has length 1, but others at its level have 2',
    ],
    [[1, [2]], undefined, 'ShapeError: tensor: ragged array: data[1] is an array, others are not'],
    [
      [[1], 2],
      undefined,
      'ShapeError: tensor: ragged array: data[1] is 2, but others at its level are arrays of length 1',
    ],
    [
      [[[1]], [['a']]],
      undefined,
      'ArgumentError: tensor: data[1][0][0] is the string "a"; elements are numbers or booleans',
    ],
    [[1, null], undefined, 'ArgumentError: tensor: data[1] is null; elements are numbers or booleans'],
    [undefined, undefined, 'ArgumentError: tensor: the data is undefined; elements are numbers or booleans'],
    [
      new Array(2),
      undefined,
      'ArgumentError: tensor: data[0] is undefined; elements are numbers or booleans',
    ],
    [
      [[1], undefined],
      undefined,
      'ArgumentError: tensor: data[1] is undefined; elements are numbers or booleans',
    ],
    [{}, undefined, 'ArgumentError: tensor: the data is of type object; elements are numbers or booleans'],
    [10n, undefined, 'ArgumentError: tensor: the data is of type bigint; elements are numbers or booleans'],
    [
      new BigInt64Array(1),
      undefined,
      'ArgumentError: tensor: the data is an array of bigints; elements are numbers or booleans',
    ],
    [
      [1, true],
      undefined,
      'ArgumentError: tensor: numbers and booleans are mixed: data[1] is true, but the first element is a number; convert one of them',
    ],
    [
      [true, 1],
      undefined,
      'ArgumentError: tensor: numbers and booleans are mixed: data[1] is 1, but the first element is a boolean; convert one of them',
    ],
    [
      [tensor(1)],
      undefined,
      'ArgumentError: tensor: data[0] is a tensor; join tensors with stack([…]) or concat([…])',
    ],
    [
      tensor(1),
      undefined,
      'ArgumentError: tensor: the data are a tensor already; use it as it is, or x.cast(dtype)',
    ],
    [
      [1.5],
      { dtype: 'int32' },
      "DTypeError: tensor: data[0] is 1.5, which int32 cannot hold; round the data, or use dtype 'float32'",
    ],
    [
      [2 ** 31],
      { dtype: 'int32' },
      "DTypeError: tensor: data[0] is 2147483648, which int32 cannot hold; round the data, or use dtype 'float32'",
    ],
    [
      new Uint32Array([2 ** 31]),
      undefined,
      "DTypeError: tensor: data[0] is 2147483648, which int32 cannot hold; round the data, or use dtype 'float32'",
    ],
    [
      [Number.NaN],
      { dtype: 'int32' },
      "DTypeError: tensor: data[0] is NaN, which int32 cannot hold; round the data, or use dtype 'float32'",
    ],
    [
      [2],
      { dtype: 'bool' },
      'DTypeError: tensor: data[0] is 2, which bool cannot hold; compare first, for example x.notEqual(0)',
    ],
    [
      [1],
      { dtype: 'float64' },
      'DTypeError: tensor: unknown dtype "float64"; there are float32, int32, bool',
    ],
    [[1, 2], { shape: [3] }, 'ShapeError: tensor: 2 elements do not fill shape [3], which has 3'],
    [[1], { shape: [-1] }, 'ShapeError: tensor: a dimension must be an integer >= 0, got -1 in shape [-1]'],
    [
      [1],
      { shape: [Infinity] },
      'ShapeError: tensor: a dimension must be an integer >= 0, got Infinity in shape [Infinity]',
    ],
    [[1], { shape: 1 }, 'ShapeError: tensor: expected a shape such as [2, 3], got 1'],
    [
      [1],
      { dtyp: 'int32' },
      "OptionError: tensor: unknown option 'dtyp'; there are dtype, shape, requiresGrad",
    ],
    [[1], 'int32' as never, 'OptionError: tensor: options must be an object such as { dtype: … }'],
  ];
  it.each(wrong)('refuses %o with %o', (data, options, message) => {
    expect(messageOf(() => tensor(data as TensorData, options))).toBe(message);
  });

  it('names the user’s line', () => {
    expect(() => tensor([[1], []])).toThrow(/create\.test\.ts:\d+:\d+/);
  });
});
