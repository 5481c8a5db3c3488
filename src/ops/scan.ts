// scan: a loop over the rows of its operands that stacks what each round gives.
import type { NdView } from '../array/nd.ts';
import { copyInto } from '../array/views.ts';
import type { Func } from '../ir/func.ts';
import { showType, type TensorType } from '../ir/types.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { ShapeError } from '../util/errors.ts';
import { bind } from './dispatch.ts';
import { checkSameTypes, evaluate, resultTypes } from './evaluate.ts';
import type { OpDef } from './opdef.ts';
import { rowOf, stackedTypes, zerosOf } from './rows.ts';

export interface ScanAttrs {
  /** How many of the operands are carries, and how many behind them are read row by row; the rest are constants. */
  readonly carries: number;
  readonly rows: number;
  /** Size of the first axis of what is read and stacked. */
  readonly length: number;
  /** From the last row to the first. */
  readonly reverse: boolean;
  /** The first operand of all, an int32 scalar from 0 to `length`, says how many rows there are, clamped to that range; behind them nothing is read, and zeros are stacked. */
  readonly counted: boolean;
}

interface ScanOperands<T> {
  readonly count: T | undefined;
  readonly carries: readonly T[];
  readonly xs: readonly T[];
  readonly constants: readonly T[];
}

/** The operands of a scan by what they are for. */
export function scanOperands<T>(
  args: readonly T[],
  { carries, rows, counted }: Pick<ScanAttrs, 'carries' | 'rows' | 'counted'>,
): ScanOperands<T> {
  const start = counted ? 1 : 0;
  return {
    count: counted ? args[0] : undefined,
    carries: args.slice(start, start + carries),
    xs: args.slice(start + carries, start + carries + rows),
    constants: args.slice(start + carries + rows),
  };
}

const def: OpDef<ScanAttrs> = {
  name: 'scan',
  doc: 'For each row of the operands that are read by rows: the body takes the carries, one row of each, and the constants, and gives the next carries and what is stacked, row by row, in the other results. With `reverse` the last row comes first; what a round gives is stacked where its rows came from. With `counted` the first operand says how many rows there are.',
  attrs: { carries: 'int', rows: 'int', length: 'int', reverse: 'bool', counted: 'bool' },
  infer: (args, attrs, [body]) => {
    const { carries: count, rows, length, counted } = attrs;
    if (Math.min(count, rows, length) < 0 || args.length < count + rows + (counted ? 1 : 0))
      throw new ShapeError(
        `scan: ${args.length} operands cannot be ${count} carries and ${rows} to be read in ${length} rows`,
      );
    const { count: rounds, carries, xs, constants } = scanOperands(args, attrs);
    if (rounds !== undefined)
      checkSameTypes('scan: the number of rows must be', [{ dtype: 'int32', shape: [] }], [rounds]);
    const slices = xs.map((x): TensorType => {
      if (x.shape[0] !== length)
        throw new ShapeError(`scan: what is read must have ${length} rows, got ${showType(x)}`);
      return { dtype: x.dtype, shape: x.shape.slice(1) };
    });
    const next = resultTypes('scan', 'the body', body!, [...carries, ...slices, ...constants]);
    checkSameTypes('scan: the body must return the carries', carries, next.slice(0, count));
    return [...carries, ...stackedTypes(next.slice(count), length)];
  },
  eval: (args, { attrs, regions: [body], types }) => {
    const { count, carries: start, xs, constants } = scanOperands(args, attrs);
    const wanted = count === undefined ? attrs.length : count.data[count.offset]!;
    const rounds = Math.max(0, Math.min(wanted, attrs.length));
    const stacks = types.slice(start.length).map(zerosOf);
    let carries: readonly NdView[] = start;
    for (let i = 0; i < rounds; i++) {
      const at = attrs.reverse ? rounds - 1 - i : i;
      const next = evaluate(body!, [...carries, ...xs.map((x) => rowOf(x, at)), ...constants]);
      carries = next.slice(0, start.length);
      stacks.forEach((stack, k) => {
        copyInto(rowOf(stack, at), next[start.length + k]!);
      });
    }
    return [...carries, ...stacks];
  },
  lower: { kind: 'host' },
};

/** Scans under the current interpreter; `scanOp.def` is the record. */
export const scanOp: {
  (
    body: Func,
    operands: ScanOperands<Tensor>,
    order: Pick<ScanAttrs, 'length' | 'reverse'>,
  ): readonly Tensor[];
  readonly def: OpDef<ScanAttrs>;
} = Object.assign(
  (
    body: Func,
    { count, carries, xs, constants }: ScanOperands<Tensor>,
    { length, reverse }: Pick<ScanAttrs, 'length' | 'reverse'>,
  ): readonly Tensor[] => {
    const first = count === undefined ? [] : [count];
    const attrs = {
      carries: carries.length,
      rows: xs.length,
      length,
      reverse,
      counted: count !== undefined,
    };
    return bind(def, [...first, ...carries, ...xs, ...constants], attrs, [body]);
  },
  { def },
);
