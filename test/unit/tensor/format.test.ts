// How tensors print: the layout is that of NumPy.
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { arange, full, ones, tensor, variable, zeros } from '../../../src/index.ts';

const text = (x: unknown): string => `\n${String(x)}\n`;

describe('String(tensor)', () => {
  it('shows a scalar as its element, for template literals', () => {
    expect(`loss ${tensor(0.1)}`).toBe('loss 0.1');
    expect(String(tensor(1))).toBe('1');
    expect(String(tensor(-0))).toBe('-0');
    expect(String(tensor(true))).toBe('true');
    expect(String(tensor(7, { dtype: 'int32' }))).toBe('7');
    expect(String(tensor(1 / 3))).toBe('0.33333334');
    expect(String(tensor(Number.NaN))).toBe('nan');
    expect(String(tensor(-Infinity))).toBe('-inf');
    expect(String(tensor(1e-45))).toBe('1e-45');
    expect(String(tensor(16777216))).toBe('16777216');
  });

  it('aligns points and fills fractions with blanks', () => {
    expect(
      text(
        tensor([
          [1, 2.5, -3.25],
          [4, Number.NaN, Infinity],
        ]),
      ),
    ).toMatchInlineSnapshot(`
      "
      [[ 1.    2.5  -3.25]
       [ 4.     nan   inf]]
      "
    `);
  });

  it('turns to exponents for very large, very small, or very different numbers', () => {
    expect(text(tensor([1e-5, 3, 12345678, 1.25]))).toMatchInlineSnapshot(`
      "
      [1.0000000e-05 3.0000000e+00 1.2345678e+07 1.2500000e+00]
      "
    `);
    expect(text(tensor([1e8, 2e8]))).toMatchInlineSnapshot(`
      "
      [1.e+08 2.e+08]
      "
    `);
    expect(text(tensor([1, 999]))).toMatchInlineSnapshot(`
      "
      [  1. 999.]
      "
    `);
    expect(text(tensor([-1e-10, 0]))).toMatchInlineSnapshot(`
      "
      [-1.e-10  0.e+00]
      "
    `);
  });

  it('aligns integers and booleans to the right', () => {
    expect(text(tensor([1, 20, -300], { dtype: 'int32' }))).toMatchInlineSnapshot(`
      "
      [   1   20 -300]
      "
    `);
    expect(text(tensor([[true], [false]]))).toMatchInlineSnapshot(`
      "
      [[ true]
       [false]]
      "
    `);
  });

  it('separates matrices of a stack by an empty line', () => {
    expect(text(ones([2, 2, 2]))).toMatchInlineSnapshot(`
      "
      [[[1. 1.]
        [1. 1.]]

       [[1. 1.]
        [1. 1.]]]
      "
    `);
  });

  it('wraps long rows', () => {
    expect(text(arange(40))).toMatchInlineSnapshot(`
      "
      [ 0  1  2  3  4  5  6  7  8  9 10 11 12 13 14 15 16 17 18 19 20 21 22 23
       24 25 26 27 28 29 30 31 32 33 34 35 36 37 38 39]
      "
    `);
  });

  it('summarises more than 1000 elements', () => {
    expect(text(arange(2000).reshape([40, 50]))).toMatchInlineSnapshot(`
      "
      [[   0    1    2 ...   47   48   49]
       [  50   51   52 ...   97   98   99]
       [ 100  101  102 ...  147  148  149]
       ...
       [1850 1851 1852 ... 1897 1898 1899]
       [1900 1901 1902 ... 1947 1948 1949]
       [1950 1951 1952 ... 1997 1998 1999]]
      "
    `);
    expect(text(full([1001], 0.5))).toMatchInlineSnapshot(`
      "
      [0.5 0.5 0.5 ... 0.5 0.5 0.5]
      "
    `);
    expect(String(zeros([1000])).includes('...')).toBe(false);
  });

  it('shows what has no elements', () => {
    expect(String(zeros([0]))).toBe('[]');
    expect(String(zeros([2, 0]))).toBe('[[]\n []]');
  });

  it('shows the elements of a view', () => {
    expect(
      String(
        tensor([
          [1, 2],
          [3, 4],
        ]).transpose(),
      ),
    ).toBe('[[1. 3.]\n [2. 4.]]');
  });
});

describe('console.log', () => {
  it('adds dtype and shape', () => {
    expect(inspect(tensor([1, 2]))).toBe('[1. 2.] f32[2]');
    expect(inspect(variable(1, { name: 'rate' }))).toBe("Variable 'rate' 1 f32[]");
  });
});
