// Instructions that mean the same are lowered and spelled once; those that differ in anything are not taken for one another.
import { describe, expect, it } from 'vitest';
import { emitProgram } from '../../../src/codegen/js/program.ts';
import type { Kernel } from '../../../src/loop/kernel.ts';
import type { Program } from '../../../src/lower/program.ts';
import { expectSame, lowered, randomArgs, read } from './run.ts';

function kernels(program: Program): readonly Kernel[] {
  return program.steps.flatMap((s) => (s.kind === 'run' ? [s.kernel] : []));
}

describe('instructions that repeat', () => {
  it('share what is in their kernel, under names of their own', () => {
    const func = read(`func @f(%0: f32[8], %1: f32[8]) {
      %2 = mul %0, %1 : f32[8]
      %3 = mul %2, %1 : f32[8]
      %4 = mul %0, %3 : f32[8]
      return %2, %3, %4
    }`);
    const program = lowered(func);
    const [a, b, c] = kernels(program) as [Kernel, Kernel, Kernel];
    expect([a, b, c].map((k) => k.name)).toEqual(['k0_mul', 'k1_mul', 'k2_mul']);
    expect(b.body).toBe(a.body);
    expect(c.body).toBe(a.body);
    expect(emitProgram(program).match(/^function /gm)).toHaveLength(1);
    expectSame(func, randomArgs(func.params.map((p) => p.type)));
  });

  it('share it also where they write over an operand', () => {
    const func = read(`func @f(%0: f32[8]) {
      %1 = sin %0 : f32[8]
      %2 = exp %1 : f32[8]
      %3 = exp %2 : f32[8]
      %4 = exp %3 : f32[8]
      return %4
    }`);
    const [, first, second] = kernels(lowered(func));
    expect(first!.buffers.map((b) => b.role)).toEqual(['inout']);
    expect(second!.body).toBe(first!.body);
    expectSame(func, randomArgs(func.params.map((p) => p.type)));
  });

  it.each([
    ['an attribute', '%3 = sum %0 {axes=[0]} : f32[4]\n%4 = sum %0 {axes=[1]} : f32[4]'],
    ['operands that are the same', '%3 = mul %0, %1 : f32[4,4]\n%4 = mul %0, %0 : f32[4,4]'],
    [
      'the number an operand is filled with',
      '%2 = constant {data=[0], dtype=f32, shape=[4,4]} : f32[4,4]\n%5 = constant {data=[-0], dtype=f32, shape=[4,4]} : f32[4,4]\n%3 = div %0, %2 : f32[4,4]\n%4 = div %0, %5 : f32[4,4]',
    ],
    ['the order of operands', '%3 = sub %0, %1 : f32[4,4]\n%4 = sub %1, %0 : f32[4,4]'],
  ])('differ by %s', (_, body) => {
    const func = read(`func @f(%0: f32[4,4], %1: f32[4,4]) {\n${body}\nreturn %3, %4\n}`);
    expectSame(func, randomArgs(func.params.map((p) => p.type)));
  });
});
