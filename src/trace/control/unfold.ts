// Control flow of the IR run as JavaScript: under eager mode every condition has a value, so what runs is a plain sequence of ops.
import type { Func } from '../../ir/func.ts';
import { concat } from '../../ops/concat.ts';
import { constant } from '../../ops/constant.ts';
import { chosen, ifOp } from '../../ops/if.ts';
import type { OpDef } from '../../ops/opdef.ts';
import { type ScanAttrs, scanOp, scanOperands } from '../../ops/scan.ts';
import { type WhileScanAttrs, whileOp, whileScan } from '../../ops/while.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { CapacityError } from '../../util/errors.ts';
import { replay } from '../replay.ts';
import { borders } from './border.ts';

/** Is it control flow? */
export function isControlOp(op: OpDef): boolean {
  return op === ifOp.def || op === scanOp.def || op === whileOp.def || op === whileScan.def;
}

/** The results of a control-flow op by the ops that really run, each under the current interpreter. */
export function unfold(
  op: OpDef,
  args: readonly Tensor[],
  attrs: unknown,
  regions: readonly Func[],
): readonly Tensor[] {
  if (op === ifOp.def) {
    const [selector, ...operands] = args as [Tensor, ...Tensor[]];
    const at = chosen(Number(selector.item<number | boolean>()), selector.dtype === 'bool', regions.length);
    return borders().leave(() => replay(regions[at]!, operands));
  }
  if (op === scanOp.def) return unfoldScan(args, attrs as ScanAttrs, regions[0]!);
  const carries = op === whileOp.def ? regions[1]!.results.length : (attrs as WhileScanAttrs).carries;
  return unfoldWhile(args, carries, op === whileOp.def ? null : (attrs as WhileScanAttrs), regions);
}

function unfoldWhile(
  args: readonly Tensor[],
  count: number,
  kept: WhileScanAttrs | null,
  [cond, body]: readonly Func[],
): readonly Tensor[] {
  const constants = args.slice(count);
  const loop = borders().loop(args.slice(0, count));
  const rows: (readonly Tensor[])[] = [];
  while (replay(cond!, [...loop.now, ...constants])[0]!.item<boolean>()) {
    const next = loop.round((carries) => replay(body!, [...carries, ...constants]));
    rows.push(next.slice(count));
  }
  if (kept === null) return loop.now;
  if (rows.length > kept.capacity) throw new CapacityError(kept.loop, rows.length);
  const types = body!.results.slice(count).map((r) => r.type);
  const stacks = types.map((type, k) =>
    stacked(
      rows.map((row) => row[k]!),
      type,
      kept.capacity,
    ),
  );
  return [...loop.now, constant(rows.length, 'int32'), ...stacks];
}

function unfoldScan(args: readonly Tensor[], attrs: ScanAttrs, body: Func): readonly Tensor[] {
  const { count, carries: start, xs, constants } = scanOperands(args, attrs);
  const rounds = count === undefined ? attrs.length : Math.max(0, Math.min(count.item(), attrs.length));
  const loop = borders().loop(start, xs, rounds);
  const rows: (readonly Tensor[])[] = [];
  for (let i = 0; i < rounds; i++) {
    const at = attrs.reverse ? rounds - 1 - i : i;
    const next = loop.round((carries) =>
      replay(body, [...carries, ...loop.rows.map((x) => x[at]!), ...constants]),
    );
    rows[at] = next.slice(start.length);
  }
  const types = body.results.slice(start.length).map((r) => r.type);
  return [
    ...loop.now,
    ...types.map((type, k) =>
      stacked(
        rows.map((row) => row[k]!),
        type,
        attrs.length,
      ),
    ),
  ];
}

/** Rows one above the other, zeros below up to `length`. */
function stacked(rows: readonly Tensor[], { dtype, shape }: Tensor['type'], length: number): Tensor {
  const below = constant(0, dtype, [length - rows.length, ...shape]);
  if (rows.length === 0) return below;
  return rows.length === length ? borders().stack(rows) : concat([borders().stack(rows), below], 0);
}
