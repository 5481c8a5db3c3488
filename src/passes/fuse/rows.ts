// Fusions of kind `rows`: softmax, layer norm and their gradients, in which what a reduction leaves of a row is read together with the row.
import { type Instr, is, type Value } from '../../ir/func.ts';
import { type Shape, sameShape, sizeOf } from '../../ir/types.ts';
import { broadcast } from '../../ops/broadcast.ts';
import { defOf } from '../../ops/opdef.ts';
import { range, sameList } from '../../util/seq.ts';
import { isAlias, roleOf } from './cost.ts';

/** What of a set of instructions matters here. */
interface Members {
  readonly members: readonly Instr[];
  readonly results: readonly Value[];
}

/** Rows of one shape: its leading axes count rows, the last ones columns. */
interface Rows {
  readonly shape: Shape;
  readonly leading: number;
  readonly count: number;
}

/** Are the instructions a fusion of rows, as ops/fusion.ts defines it? `isPlain`: no arithmetic of the fusion makes the value. */
export function areRows({ members, results }: Members, isPlain: (value: Value) => boolean): boolean {
  const rows = rowsOf(members);
  if (rows === null) return false;
  const isRowed = (value: Value): boolean => isFull(value, rows) || isPerRow(value, rows);
  return results.every(isRowed) && members.every((m) => fits(m, rows, isPlain));
}

const isFull = (value: Value, { shape }: Rows): boolean => sameShape(value.type.shape, shape);
const isPerRow = (value: Value, { count }: Rows): boolean => sizeOf(value.type.shape) === count;

// What all the reductions have in common, if it is rows of more than one element.
function rowsOf(members: readonly Instr[]): Rows | null {
  let rows: Rows | null = null;
  for (const m of members) {
    const { lower } = defOf(m);
    if (lower.kind === 'contract') return null;
    if (lower.kind !== 'reduce') continue;
    const { shape } = m.args[0]!.type;
    const axes = lower.axes(m.attrs);
    const leading = shape.length - axes.length;
    if (
      !sameList(
        [...axes].sort((a, b) => a - b),
        range(leading, shape.length),
      )
    )
      return null;
    const count = sizeOf(shape.slice(0, leading));
    if (sizeOf(shape) <= count) return null;
    if (rows !== null && (rows.leading !== leading || !sameShape(rows.shape, shape))) return null;
    rows = { shape, leading, count };
  }
  return rows;
}

function fits(m: Instr, rows: Rows, isPlain: (value: Value) => boolean): boolean {
  const [y] = m.results as [Value];
  switch (roleOf(m)) {
    case 'reduce':
    case 'source':
      return true;
    case 'point':
      return isFull(y, rows) || isPerRow(y, rows);
    case 'index':
      return m.args.every(isPlain);
    case 'view': {
      const [x] = m.args as [Value];
      if (isPlain(x)) return true;
      return isPerRow(x, rows) && (isAlias(m) ? isPerRow(y, rows) : isFull(y, rows) && repeatsRows(m, rows));
    }
    default:
      return false;
  }
}

/** Does every element of a row read the one element that its row has? */
function repeatsRows(m: Instr, { shape, leading }: Rows): boolean {
  if (!is(m, broadcast)) return false;
  const { shape: from } = m.args[0]!.type;
  return m.attrs.axes.every((axis, i) => from[i] === 1 || (axis < leading && from[i] === shape[axis]));
}
