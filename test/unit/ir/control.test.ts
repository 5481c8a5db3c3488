// What the ops of control flow ask of their regions (rule V6), verbatim.
import { describe, expect, it } from 'vitest';
import { parse } from '../../../src/ir/parse.ts';
import { registry } from '../../../src/ops/index.ts';
import { TracejitError } from '../../../src/util/errors.ts';

const problem = (body: string): string => {
  try {
    parse(`func @f(%0: bool[], %1: f32[3], %2: i32[], %3: f32[3]) {\n${body}\nreturn\n}`, registry);
  } catch (error) {
    if (error instanceof TracejitError) return error.summary.replace(/^line \d+, column \d+: /, '');
    throw error;
  }
  return 'no problem';
};
const vector = 'func (%0: f32[3]) {\nreturn %0\n}';
const two = 'func (%0: f32[3], %1: f32[3]) {\nreturn %0, %1\n}';
const never = 'func (%0: f32[3]) {\n%1 = constant {data=[0], dtype=bool, shape=[]} : bool[]\nreturn %1\n}';

describe('if', () => {
  it('is chosen by a scalar', () => {
    expect(problem(`%4 = if %1, %1 : f32[3] {\n${vector}\n${vector}\n}`)).toBe(
      'if: a bool scalar chooses between two regions, an int32 scalar between any number; got f32[3] and 2 regions',
    );
    expect(problem(`%4 = if %0, %1 : f32[3] {\n${vector}\n}`)).toBe(
      'if: a bool scalar chooses between two regions, an int32 scalar between any number; got bool[] and 1 regions',
    );
    expect(problem(`%4 = if %2, %1 : f32[3] {\n${vector}\n}`)).toBe('no problem');
  });

  it('has regions alike', () => {
    expect(problem(`%4 = if %0, %1 : f32[3] {\n${vector}\nfunc (%0: f32[3]) {\nreturn\n}\n}`)).toBe(
      'if: region 1 must return, like region 0, (f32[3]), got ()',
    );
    expect(problem(`%4 = if %0, %1 : f32[3] {\n${vector}\n${two}\n}`)).toBe(
      'if: region 1 takes 2 operands, got 1',
    );
    expect(problem(`%4 = if %0, %2 : f32[3] {\n${vector}\n${vector}\n}`)).toBe(
      'if: operand 0 of region 0 must be f32[3], got i32[]',
    );
  });
});

describe('while', () => {
  it('asks a bool scalar, and keeps its carries', () => {
    expect(problem(`%4 = while %1 : f32[3] {\n${vector}\n${vector}\n}`)).toBe(
      'while: the condition must return (bool[]), got (f32[3])',
    );
    expect(problem(`%4 = while %1 : f32[3] {\n${never}\n${vector}\n}`)).toBe('no problem');
    expect(problem(`%4 = while %1 : bool[] {\n${never}\n${never}\n}`)).toBe(
      'while: the body must return the carries (f32[3]), got (bool[])',
    );
  });
});

describe('scan', () => {
  const scan = (operands: string, attrs: string, body: string): string =>
    problem(`%4 = scan ${operands} {${attrs}} : f32[3] {\n${body}\n}`);

  it('reads rows', () => {
    expect(scan('%1', 'carries=1, rows=1, length=3, reverse=false, counted=false', vector)).toBe(
      'scan: 1 operands cannot be 1 carries and 1 to be read in 3 rows',
    );
    expect(scan('%1, %3', 'carries=1, rows=1, length=2, reverse=false, counted=false', vector)).toBe(
      'scan: what is read must have 2 rows, got f32[3]',
    );
    expect(scan('%1, %1', 'carries=1, rows=0, length=2, reverse=false, counted=true', vector)).toBe(
      'scan: the number of rows must be (i32[]), got (f32[3])',
    );
  });
});
