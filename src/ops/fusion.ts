// fusion: instructions that share one kernel, made by the fuse pass. It prints, verifies and runs like any other instruction.
import { sameType, showType } from '../ir/types.ts';
import { ShapeError } from '../util/errors.ts';
import { evaluate } from './evaluate.ts';
import type { OpDef } from './opdef.ts';

/**
 * What the region may hold, which is what lowering promises to make one kernel of:
 * - `map`: point, view and index ops; every result has the same number of elements (one loop nest).
 * - `reduce`: reductions over one common operand shape and the same axes; before them point, view and index ops (prologue); after them point and view ops of the reduced shape (epilogue).
 * - `contract`: one contraction; its operands are parameters, or views of parameters; after it point and view ops of its result's shape (epilogue).
 * - `group`: independent `map` regions side by side, of different sizes (horizontal fusion).
 */
export type FusionKind = 'map' | 'reduce' | 'contract' | 'group';

const def: OpDef<{ kind: FusionKind }> = {
  name: 'fusion',
  doc: 'Runs the instructions of its region as one kernel. `kind` says which shape of kernel: map, reduce, contract or group.',
  attrs: { kind: 'string' },
  infer: (args, _, [func]) => {
    if (func!.params.length !== args.length)
      throw new ShapeError(`fusion: the region takes ${func!.params.length} operands, got ${args.length}`);
    func!.params.forEach((p, i) => {
      if (!sameType(p.type, args[i]!))
        throw new ShapeError(`fusion: operand ${i} must be ${showType(p.type)}, got ${showType(args[i]!)}`);
    });
    return func!.results.map((r) => r.type);
  },
  eval: (args, { regions }) => evaluate(regions[0]!, args),
  lower: { kind: 'host' },
};

export const fusion: { readonly def: OpDef<{ kind: FusionKind }> } = { def };
