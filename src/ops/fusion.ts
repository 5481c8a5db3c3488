// fusion: instructions that share one kernel, made by the fuse pass. It prints, verifies and runs like any other instruction.
import { evaluate, resultTypes } from './evaluate.ts';
import type { OpDef } from './opdef.ts';

/**
 * What the region may hold, which is what lowering promises to make one kernel of:
 * - `map`: point, view and index ops. All results have the same number of elements (one loop nest, row-major); a value that is read
 *   through a view has no other reader, so that every value is computed once per element. Index ops read operands, or views of operands.
 * - `reduce`: reductions over one common operand shape and the same axes. Before them point, view and index ops (prologue). After them
 *   point ops of the reduced shape, which may also read operands and views of operands of that shape (epilogue). The results are
 *   reductions and epilogue values, never values of the prologue.
 * - `rows`: reductions over the same last axes of operands of one shape S, read together with what they reduce. Every value has the shape S, or one element
 *   for each row, which is what a reduction leaves; or it is a view of operands. Point ops are of the one kind or the other; the way back from one element
 *   for a row to S is a broadcast, the only view of anything but operands. Results are of both kinds.
 * - `contract`: one contraction. Its operands are operands of the fusion, or views of them other than reshapes; after it an epilogue, as above, of its result's shape.
 * - `group`: `fusion` instructions of kind `map` that do not read from each other, side by side, usually of different sizes (horizontal fusion).
 *
 * Numbers from nothing (a constant that repeats one number, iota) stand inside regions; other constants are operands.
 */
export type FusionKind = 'map' | 'reduce' | 'rows' | 'contract' | 'group';

const def: OpDef<{ kind: FusionKind }> = {
  name: 'fusion',
  doc: 'Runs the instructions of its region as one kernel. `kind` says which shape of kernel: map, reduce, rows, contract or group.',
  attrs: { kind: 'string' },
  infer: (args, _, [region]) => resultTypes('fusion', 'the region', region!, args),
  eval: (args, { regions }) => evaluate(regions[0]!, args),
  lower: { kind: 'host' },
};

export const fusion: { readonly def: OpDef<{ kind: FusionKind }> } = { def };
