// The way back through a loop: a scan over what its rounds began with, from the last round to the first.
import type { Func, Value } from '../ir/func.ts';
import type { TensorType } from '../ir/types.ts';
import { constant } from '../ops/constant.ts';
import { where } from '../ops/logic.ts';
import { scanOp } from '../ops/scan.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { range } from '../util/seq.ts';
import { zerosOf } from './backward.ts';
import { cotangentsThrough, type NewTape, readOperands, traceBack } from './region-gradient.ts';

/** A loop that ran, and what was kept of it. */
export interface LoopRun {
  /** Takes carries, rows and constants; gives the next carries and what is stacked. */
  readonly body: Func;
  readonly carries: readonly Tensor[];
  readonly xs: readonly Tensor[];
  readonly constants: readonly Tensor[];
  /** The carries that change, and for each what the rounds began with, stacked. */
  readonly changing: readonly number[];
  readonly kept: readonly Tensor[];
  /** Rows of stacks; the rounds there really were, where that is data. */
  readonly length: number;
  readonly count: Tensor | undefined;
  readonly reverse: boolean;
}

/** Cotangents of carries, rows and constants, from those of the last carries and of what was stacked. */
export function goBack(
  tapes: NewTape,
  run: LoopRun,
  isWanted: (x: Tensor) => boolean,
  ofCarries: readonly (Tensor | null)[],
  ofStacks: readonly (Tensor | null)[],
): readonly (Tensor | null)[] {
  const { body, carries, xs, constants, changing, kept, length, count, reverse } = run;
  const nothing = [...carries, ...xs, ...constants].map(() => null);
  const stacks = range(ofStacks.length).filter((k) => ofStacks[k]?.dtype === 'float32');
  const active = activeCarries(run, isWanted);
  if (stacks.length === 0 && active.every((i) => ofCarries[i] == null)) return nothing;
  const wantedRows = range(xs.length).filter((i) => isWanted(xs[i]!));
  const wantedConstants = range(constants.length).filter((i) => isWanted(constants[i]!));
  const still = range(carries.length).filter((i) => !changing.includes(i));

  const round = traceBack((trace) => {
    const parameter = ({ dtype, shape }: TensorType, name: string): Tensor =>
      trace.parameter({ dtype, shape }, name);
    const row = ({ dtype, shape }: TensorType, name: string): Tensor =>
      trace.parameter({ dtype, shape: shape.slice(1) }, name);
    const cotangents = active.map((i) => parameter(carries[i]!.type, 'a cotangent'));
    const sums = wantedConstants.map((i) => parameter(constants[i]!.type, 'a sum of cotangents'));
    const keptRows = kept.map((x) => row(x.type, 'a carry'));
    const rows = xs.map((x) => row(x.type, 'a row'));
    const givenRows = stacks.map((k) => row(ofStacks[k]!.type, 'a cotangent'));
    const known = constants.map((x) => parameter(x.type, 'a constant'));
    const unchanged = still.map((i) => parameter(carries[i]!.type, 'a carry'));
    const before = carries.map((_, i) =>
      changing.includes(i) ? keptRows[changing.indexOf(i)]! : unchanged[still.indexOf(i)]!,
    );
    const found = cotangentsThrough(
      tapes,
      body,
      [...before, ...rows, ...known],
      [
        ...active.map((i) => before[i]!),
        ...wantedRows.map((i) => rows[i]!),
        ...wantedConstants.map((i) => known[i]!),
      ],
      [...active, ...stacks.map((k) => carries.length + k)],
      [...cotangents, ...givenRows],
    );
    const ofRows = found.slice(active.length, active.length + wantedRows.length);
    const ofConstants = found.slice(active.length + wantedRows.length);
    return [
      ...active.map((i, k) => found[k] ?? zerosOf(before[i]!)),
      ...sums.map((sum, k) => (ofConstants[k] == null ? sum : sum.add(ofConstants[k]))),
      ...wantedRows.map((i, k) => ofRows[k] ?? zerosOf(rows[i]!)),
    ];
  });

  const rowOperands = [...kept, ...xs, ...stacks.map((k) => ofStacks[k]!)];
  const constantOperands = [...constants, ...still.map((i) => carries[i]!)];
  const carried = active.length + wantedConstants.length;
  const operands = [...rowOperands, ...constantOperands];
  const { regions, read } = readOperands([round], carried, operands);
  const made = scanOp(
    regions[0]!,
    {
      count,
      carries: [
        ...active.map((i) => ofCarries[i] ?? zerosOf(carries[i]!)),
        // What is added to -0 stays as it is, also a -0.
        ...wantedConstants.map((i) => constant(-0, 'float32', constants[i]!.shape)),
      ],
      xs: read.filter((i) => i < rowOperands.length).map((i) => operands[i]!),
      constants: read.filter((i) => i >= rowOperands.length).map((i) => operands[i]!),
    },
    { length, reverse: !reverse },
  );
  const place = (list: readonly number[], values: readonly Tensor[], size: number): (Tensor | null)[] =>
    range(size).map((i) => (list.includes(i) ? values[list.indexOf(i)]! : null));
  const sums = made.slice(active.length, active.length + wantedConstants.length).map((sum) => {
    // The sum of no rounds is 0.
    if (length === 0) return zerosOf(sum);
    return count === undefined ? sum : where(count.greater(0), sum, zerosOf(sum));
  });
  return [
    ...place(active, made, carries.length),
    ...place(wantedRows, made.slice(active.length + wantedConstants.length), xs.length),
    ...place(wantedConstants, sums, constants.length),
  ];
}

/** The float32 carries that depend on something wanted, in any round. */
function activeCarries(
  { body, carries, xs, constants }: LoopRun,
  isWanted: (x: Tensor) => boolean,
): readonly number[] {
  const active = new Set<Value>();
  [...carries, ...xs, ...constants].forEach((x, i) => {
    if (isWanted(x)) active.add(body.params[i]!);
  });
  for (let size = -1; size !== active.size; ) {
    size = active.size;
    for (const instr of body.body)
      if (instr.args.some((a) => active.has(a)))
        for (const r of instr.results) if (r.type.dtype === 'float32') active.add(r);
    carries.forEach((_, i) => {
      if (active.has(body.results[i]!)) active.add(body.params[i]!);
    });
  }
  return range(carries.length).filter((i) => active.has(body.params[i]!));
}
