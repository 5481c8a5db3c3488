// Gradients of control flow in a trace. A branch goes back through the branch that was taken. A loop keeps what every round began with, and
// goes back through the rounds from the last to the first. All of it is control flow again, so that it is differentiable itself.
import type { Func } from '../ir/func.ts';
import { bytesOf, sizeOf } from '../ir/types.ts';
import { within } from '../ops/dispatch.ts';
import { ifOp } from '../ops/if.ts';
import type { OpDef } from '../ops/opdef.ts';
import { type ScanAttrs, scanOp, scanOperands } from '../ops/scan.ts';
import { type WhileScanAttrs, whileOp, whileScan } from '../ops/while.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { unfold } from '../trace/control/unfold.ts';
import { instructionLocation } from '../trace/place.ts';
import { Trace } from '../trace/tracer.ts';
import { showLocation } from '../util/location.ts';
import { range } from '../util/seq.ts';
import { baseOf } from './base.ts';
import { type Cotangent, certain, type MaybeCotangent, type Operands, type WayBack } from './cotangent.ts';
import { goBack, type LoopRun } from './loop-gradient.ts';
import { partsOf, pullbacks, readOperands } from './region-gradient.ts';
import { roomFor } from './room.ts';
import type { Tape } from './tape.ts';

/** A control-flow op of which an operand is tracked. */
export function controlOnTape(
  tape: Tape,
  op: OpDef,
  args: readonly Tensor[],
  attrs: unknown,
  regions: readonly Func[],
): readonly Tensor[] {
  // In eager mode conditions have values: what is recorded is what runs.
  if (!(baseOf(tape) instanceof Trace)) return within(tape, () => unfold(op, args, attrs, regions));
  if (op === ifOp.def) return branches(tape, args, attrs, regions);
  if (op === scanOp.def) return scan(tape, args, attrs as ScanAttrs, regions[0]!);
  return whileLoop(tape, op, args, attrs, regions as [Func, Func]);
}

function branches(
  tape: Tape,
  args: readonly Tensor[],
  attrs: unknown,
  regions: readonly Func[],
): readonly Tensor[] {
  const results = tape.parent.bind(ifOp.def, args, attrs, regions);
  const [selector, ...operands] = args as [Tensor, ...Tensor[]];
  tape.recordFlow('if', args, results, (cotangents, sums) => {
    const outputs = range(results.length).filter((k) => cotangents[k] && results[k]!.dtype === 'float32');
    const wanted = range(operands.length).filter((i) => isWanted(tape, operands[i]!));
    const so = wanted.map((i) => sumOf(sums, i + 1, 1));
    const given = outputs.map((k) => cotangents[k]!);
    const back = pullbacks(tape, regions, wanted, so, outputs, given);
    const all = [...operands, ...given.flatMap(partsOf), ...so.flatMap(partsOf)];
    const { regions: pruned, read } = readOperands(back.regions, 0, all);
    const found = ifOp(
      selector,
      pruned,
      read.map((i) => all[i]!),
    );
    let next = 0;
    back.changed.forEach((i, k) => {
      const value = found[next++]!;
      const total = back.certain[k]! ? certain(value) : { value, present: found[next++]!, absent: -0 };
      leave(sums, i + 1, 1, total);
    });
  });
  return results;
}

// One tensor may be several of the operands from `start` on. The sum that there is goes through the first of them.
function sumOf(sums: Operands, i: number, start: number): MaybeCotangent {
  return sums.first(i, start) === i ? sums.sum(i) : null;
}

function leave(sums: Operands, i: number, start: number, found: Cotangent): void {
  if (sums.first(i, start) === i) sums.set(i, found);
  else sums.add(i, found);
}

function isWanted(tape: Tape, x: Tensor): boolean {
  return x.dtype === 'float32' && tape.tracks(x);
}

/** The body, which also returns what the carries that change are when a round begins. */
function keeping(body: Func, carries: number): { readonly body: Func; readonly changing: readonly number[] } {
  const changing = range(carries).filter((i) => body.results[i] !== body.params[i]);
  return { changing, body: { ...body, results: [...body.results, ...changing.map((i) => body.params[i]!)] } };
}

function scan(tape: Tape, args: readonly Tensor[], attrs: ScanAttrs, body: Func): readonly Tensor[] {
  const forward = keeping(body, attrs.carries);
  const made = tape.parent.bind(scanOp.def, args, attrs, [forward.body]);
  const results = made.slice(0, body.results.length);
  const kept = made.slice(body.results.length);
  const { length, reverse } = attrs;
  const run: LoopRun = {
    ...scanOperands(args, attrs),
    body,
    changing: forward.changing,
    kept,
    length,
    reverse,
  };
  tape.recordFlow('scan', args, results, wayBackOfLoop(tape, run, attrs.counted ? 1 : 0, attrs.carries));
  return results;
}

function wayBackOfLoop(tape: Tape, run: LoopRun, first: number, stacks: number): WayBack {
  const constants = first + run.carries.length + run.xs.length;
  return (cotangents, sums) => {
    const found = goBack(
      tape,
      run,
      (x) => isWanted(tape, x),
      cotangents.slice(0, run.carries.length),
      cotangents.slice(stacks),
      run.constants.map((_, i) => sumOf(sums, constants + i, constants)),
    );
    found.constants.forEach((total, i) => {
      if (total !== null) leave(sums, constants + i, constants, total);
    });
    // Carries before rows, as in eager mode, which takes the rows apart first.
    [...found.carries, ...found.xs].forEach((cotangent, i) => {
      if (cotangent !== null) sums.add(first + i, cotangent);
    });
  };
}

function whileLoop(
  tape: Tape,
  op: OpDef,
  args: readonly Tensor[],
  attrs: unknown,
  [cond, body]: readonly [Func, Func],
): readonly Tensor[] {
  const count = op === whileOp.def ? body.results.length : (attrs as WhileScanAttrs).carries;
  const forward = keeping(body, count);
  const room = op === whileOp.def ? roomOf(args.slice(0, count)) : (attrs as WhileScanAttrs);
  const made = tape.parent.bind(whileScan.def, args, { ...room, carries: count }, [cond, forward.body]);
  // Carries, the number of rounds, what was stacked before, what is kept now.
  const stackCount = body.results.length - count;
  const results = made.slice(0, op === whileOp.def ? count : count + 1 + stackCount);
  const run: LoopRun = {
    count: made[count]!,
    carries: args.slice(0, count),
    xs: [],
    constants: args.slice(count),
    body,
    changing: forward.changing,
    kept: made.slice(count + 1 + stackCount),
    length: room.capacity,
    reverse: false,
  };
  // Behind the last carries comes the number of rounds.
  tape.recordFlow(op.name, args, results, wayBackOfLoop(tape, run, 0, count + 1));
  return results;
}

function roomOf(carries: readonly Tensor[]): Omit<WhileScanAttrs, 'carries'> {
  const loc = instructionLocation();
  const loop = loc === undefined ? 'an unknown line' : showLocation(loc);
  const bytes = carries.reduce((sum, { dtype, shape }) => sum + sizeOf(shape) * bytesOf(dtype), 0);
  return { loop, capacity: roomFor(loop, bytes) };
}
