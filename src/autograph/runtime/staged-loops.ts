// Staged loops: `while` with a test of its own, or with the test in the body, and the rows of a tensor.
import type { TensorType } from '../../ir/types.ts';
import { isTensor } from '../../ops/coerce.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { scan, whileLoop } from '../../trace/control/loops.ts';
import { TraceError } from '../../util/errors.ts';
import { ifStatement, runTraced } from './branches.ts';
import { type Construct, locOf, valuesOf } from './construct.ts';
import { and, not } from './logic.ts';
import type { LoopParts } from './loops.ts';
import { adapt, typeOf } from './merge.ts';
import { StagedBody } from './staged-body.ts';
import { describe, valueFrom } from './values.ts';

/** Stages `while (test) { body; update }`. */
export function stageWhile(parts: LoopParts): void {
  const { state, stop, update } = parts;
  const loop = new StagedBody(state, false);
  const test = (): unknown => (stop === null ? parts.test() : and(not(stop()), parts.test, state));
  const round = loop.traceBody(() => {
    parts.body();
    if (update !== null) ifStatement(stop === null ? true : not(stop()), update, null, state);
    return [];
  }, []);
  const asked = loop.traceTest(test);
  if (asked === null) {
    stageRotated(parts);
    return;
  }
  const results = whileLoop(
    (now) => runTraced(asked, now as readonly Tensor[])[0]!,
    (now) => [...runTraced(round, now as readonly Tensor[])],
    loop.start(),
  );
  loop.finish(results as readonly Tensor[]);
}

// The test assigns variables: then it belongs to the body, and what it answered goes around.
function stageRotated({ test, body, update, stop, state }: LoopParts): void {
  let going: unknown = test();
  const rotated: Construct = {
    ...state,
    names: [...(state.names ?? []), 'the condition'],
    kinds: `${state.kinds ?? ''}h`,
    lines: [...(state.lines ?? []), 0],
    get: () => [...valuesOf(state), going],
    set: (values) => {
      state.set?.(values.slice(0, -1));
      going = values.at(-1);
    },
  };
  const next = (): void => {
    update?.();
    going = test();
  };
  stageWhile({
    test: () => going,
    body: () => {
      body();
      if (stop === null) next();
      else ifStatement(not(stop()), next, null, rotated);
    },
    update: null,
    stop,
    state: rotated,
  });
}

/** Stages a loop over the rows of a tensor. */
export function stageRows(
  rows: Tensor,
  body: (row: unknown) => void,
  stop: (() => unknown) | null,
  state: Construct,
  readToo: () => readonly unknown[],
): void {
  const count = rows.type.shape[0]!;
  if (count === 0) return;
  const loop = new StagedBody(state, true);
  const row: TensorType = { dtype: rows.dtype, shape: rows.type.shape.slice(1) };
  let gathered: readonly { readonly array: unknown[]; readonly width: number }[] = [];
  const round = loop.traceBody(
    ([item], region) => {
      const stopped = stop?.() ?? false;
      if (stopped === false) body(item);
      else ifStatement(not(stopped), () => body(item), null, state);
      const pushed = [...region.gathered!];
      gathered = pushed.map(([array, items]) => ({ array, width: items.length }));
      return pushed.flatMap(([, items]) => items.map((x) => pushedTensor(x, state)));
    },
    [row],
  );
  if (gathered.some(({ array }) => readToo().includes(array)))
    throw new TraceError(
      `the loop at ${state.at} pushes to an array that it also reads; staged over the rows of a tensor, it gathers what is pushed until it is over. Carry what it reads in a variable of its own`,
      locOf(state.at),
    );
  const start = loop.start();
  const [last, made] = scan(
    (now, item) => {
      const results = runTraced(round, [...(now as readonly Tensor[]), item as Tensor]);
      return [results.slice(0, start.length), results.slice(start.length)];
    },
    start,
    rows,
  ) as unknown as [readonly Tensor[], readonly Tensor[]];
  loop.finish(last);
  let next = 0;
  for (const { array, width } of gathered) {
    const stacks = made.slice(next, next + width);
    next += width;
    for (let i = 0; i < count; i++) for (const stack of stacks) array.push(stack.slice(i));
  }
}

function pushedTensor(item: unknown, { at }: Construct): Tensor {
  if (typeof item === 'number' || typeof item === 'boolean') return adapt(item, typeOf(item));
  if (isTensor(item)) return item.resolve();
  throw new TraceError(
    `the loop at ${at} pushes ${describe(valueFrom(item))} to an array; a staged loop can gather only tensors and numbers. Push one tensor per array`,
    locOf(at),
  );
}
