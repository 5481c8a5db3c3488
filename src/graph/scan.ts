// Theano's scan: outputs of all rounds, and what its rounds make of shared variables.
import { isTensor, type TensorLike } from '../ops/coerce.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { scan as scanCore } from '../trace/control/loops.ts';
import { GraphError } from '../util/errors.ts';
import { checkOptions } from '../util/options.ts';
import { GraphTensor, GraphVariable } from './nodes.ts';

export interface ScanOptions {
  /** Walked along axis 0: each round gets one slice of each. */
  readonly sequences?: readonly Tensor[];
  /** What the outputs are before the first round. */
  readonly outputsInfo: readonly TensorLike[];
  /** Handed to every round as they are. */
  readonly nonSequences?: readonly Tensor[];
  /** The number of rounds, where there are no sequences. */
  readonly nSteps?: number;
}

/** What a round gives: its outputs, and possibly new values of shared variables, which the next round reads. */
export type Round =
  | Tensor
  | readonly Tensor[]
  | readonly [outputs: Tensor | readonly Tensor[], updates: ReadonlyMap<GraphVariable, TensorLike>];

/**
 * Theano's scan: `f(...slices, ...previous, ...nonSequences)` gives the outputs of a round, and is called with those of the round before. A round may give a Map of updates of
 * shared variables after its outputs. Returns the outputs of all rounds, stacked along axis 0, and the values of the updated variables after the last round, as
 * `compileFunction` takes updates: `[outputs, updates]`. Nothing is assigned unless they are handed on. The last round is `output.slice(-1)`. Throws a GraphError for updates of anything else.
 *
 *     const [powers] = scan((prev, a) => prev.mul(a), { outputsInfo: [onesLike(A)], nonSequences: [A], nSteps: 3 });   // A, A², A³
 */
export function scan(
  f: (...args: Tensor[]) => Round,
  options: ScanOptions,
): [outputs: Tensor | Tensor[], updates: readonly (readonly [GraphVariable, Tensor])[]] {
  checkOptions(options, ['sequences', 'outputsInfo', 'nonSequences', 'nSteps'], 'scan');
  const { sequences = [], outputsInfo, nonSequences = [], nSteps } = options;
  let single = false;
  // Which variables the rounds update is known when one has been traced.
  let updated: readonly GraphVariable[] = [];
  const round = (carry: readonly Tensor[], xs: readonly Tensor[]): [Tensor[], Tensor[]] => {
    const previous = carry.slice(0, outputsInfo.length);
    const states = carry.slice(outputsInfo.length);
    const [made, updates] = withStandIns(updated, states, () =>
      parts(f(...xs, ...previous, ...nonSequences)),
    );
    single = isTensor(made);
    const outputs = isTensor(made) ? [made] : [...made];
    const carried = updated;
    updated = [...updates.keys()];
    const next = carried.map((v, i) => (updates.get(v) ?? states[i]) as Tensor);
    return [[...outputs, ...next], outputs];
  };
  const walk = (): [Tensor[], Tensor[]] =>
    scanCore(
      round as never,
      [...outputsInfo, ...updated] as never,
      [...sequences] as never,
      nSteps === undefined ? {} : { length: nSteps },
    ) as unknown as [Tensor[], Tensor[]];
  const run = (streams: Map<unknown, unknown>): ReturnType<typeof scan> => {
    const before = new Map(streams);
    let [last, all] = walk();
    if (updated.length > 0) {
      // Again, with their values from round to round; what the first attempt has drawn is not drawn.
      streams.clear();
      for (const [variable, state] of before) streams.set(variable, state);
      const variables = updated;
      [last, all] = walk();
      const states = last.slice(outputsInfo.length);
      return [single ? all[0]! : all, variables.map((v, i) => [v, states[i]!] as const)];
    }
    return [single ? all[0]! : all, []];
  };
  const tensors: readonly unknown[] = [...sequences, ...outputsInfo, ...nonSequences];
  const node = tensors.find((x): x is GraphTensor => x instanceof GraphTensor);
  return node === undefined ? run(new Map()) : node.graph.within(() => run(node.graph.streams));
}

function parts(made: Round): readonly [Tensor | readonly Tensor[], ReadonlyMap<GraphVariable, TensorLike>] {
  if (isTensor(made) || !(made[1] instanceof Map))
    return [made as Tensor | readonly Tensor[], new Map<GraphVariable, TensorLike>()];
  for (const key of made[1].keys())
    if (!(key instanceof GraphVariable))
      throw new GraphError(
        'scan: only shared variables can be updated by a round; make it with shared(initial), or hand the value on as an output',
      );
  return made as unknown as readonly [Tensor | readonly Tensor[], ReadonlyMap<GraphVariable, TensorLike>];
}

function withStandIns<T>(variables: readonly GraphVariable[], values: readonly Tensor[], f: () => T): T {
  const saved = variables.map((v) => v.standIn);
  variables.forEach((v, i) => {
    v.standIn = values[i]!;
  });
  try {
    return f();
  } finally {
    variables.forEach((v, i) => {
      v.standIn = saved[i]!;
    });
  }
}
