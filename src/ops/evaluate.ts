// The oracle: runs a Func by the reference kernels of its ops. Slow and trustworthy; regions of `call` and `fusion` mean what it says.
import type { NdView } from '../array/nd.ts';
import type { Func } from '../ir/func.ts';
import { sameType, showType, type TensorType } from '../ir/types.ts';
import { walk } from '../ir/walk.ts';
import { ShapeError } from '../util/errors.ts';
import { defOf } from './opdef.ts';

/** The results of `func` on arrays of the types of its parameters. */
export function evaluate(func: Func, args: readonly NdView[]): readonly NdView[] {
  return walk(func, args, (instr, operands) =>
    defOf(instr).eval(operands, {
      attrs: instr.attrs,
      regions: instr.regions,
      types: instr.results.map((r) => r.type),
    }),
  );
}

/** The shape rule of an op that applies its region: operands of the types of the region's parameters give its results. `called` names the region. */
export function resultTypes(
  op: string,
  called: string,
  region: Func,
  args: readonly TensorType[],
): readonly TensorType[] {
  if (region.params.length !== args.length)
    throw new ShapeError(`${op}: ${called} takes ${region.params.length} operands, got ${args.length}`);
  region.params.forEach((p, i) => {
    if (!sameType(p.type, args[i]!))
      throw new ShapeError(
        `${op}: operand ${i} of ${called} must be ${showType(p.type)}, got ${showType(args[i]!)}`,
      );
  });
  return region.results.map((r) => r.type);
}

/** Throws a ShapeError unless two lists of types are the same; `what` says whose they are and what they must be. */
export function checkSameTypes(
  what: string,
  wanted: readonly TensorType[],
  got: readonly TensorType[],
): void {
  if (wanted.length === got.length && wanted.every((type, i) => sameType(type, got[i]!))) return;
  const list = (types: readonly TensorType[]): string => `(${types.map(showType).join(', ')})`;
  throw new ShapeError(`${what} ${list(wanted)}, got ${list(got)}`);
}

/** Throws a ShapeError unless a region returns one bool scalar. */
export function checkCondition(op: string, types: readonly TensorType[]): void {
  checkSameTypes(`${op}: the condition must return`, [{ dtype: 'bool', shape: [] }], types);
}
