// Programs in JavaScript work on arrays: a number goes in and comes out through an array of one element, a cell.
import { allocate, type TypedArray } from '../array/nd.ts';
import type { CompiledProgram } from '../codegen/js/program.ts';
import { locate } from '../codegen/memory.ts';
import { type DType, sizeOf } from '../ir/types.ts';
import type { Program } from '../lower/program.ts';
import type { Generated } from './backend.ts';

/** Results that get a cell. */
export function fitsCell(_dtype: DType, size: number): boolean {
  return size === 1;
}

/** The program on operands that may be numbers. Results of one element for which no array is given become numbers. */
export function throughCells(program: Program, run: CompiledProgram['run']): Generated['run'] {
  const located = locate(program);
  const { inputs, outputs } = program;
  // Null for what is not of one element, and for results that lie in an input.
  const cells = [...inputs, ...outputs].map((id, i): TypedArray | null => {
    const { slot, memory } = located.get(id)!;
    const own = i < inputs.length || (memory.kind === 'output' && memory.index === i - inputs.length);
    return own && sizeOf(slot.type.shape) === 1 ? allocate(slot.type.dtype, 1) : null;
  });
  const arrays = cells.map(() => nothing);
  return (operands) => {
    try {
      for (let i = 0; i < arrays.length; i++) {
        const operand = operands[i];
        const cell = cells[i]!;
        if (typeof operand === 'number') cell[0] = operand;
        arrays[i] = typeof operand === 'object' && operand !== null ? (operand as TypedArray) : cell;
      }
      run(arrays);
      for (let i = inputs.length; i < arrays.length; i++)
        if (operands[i] === null && cells[i] !== null) operands[i] = cells[i]![0]!;
    } finally {
      // Arrays that are kept here would keep the caller's data alive.
      for (let i = 0; i < arrays.length; i++) arrays[i] = nothing;
    }
  };
}

const nothing: TypedArray = new Float32Array(0);
