// Random steps over variables, captured and donated tensors: compiled like eager, and nothing handed out ever changes afterwards.
import { describe, expect, it } from 'vitest';
import {
  arange,
  configure,
  gather,
  jit,
  type Tensor,
  tensor,
  type Variable,
  variable,
} from '../../../src/index.ts';
import { seeded } from '../../../src/util/rng.ts';

const steps = 3;

/** Donated arguments of more than 1024 elements are overwritten. */
const runs = [
  { size: 4, programs: 150, backend: 'js' },
  { size: 4, programs: 100, backend: 'wasm' },
  { size: 1028, programs: 60, backend: 'js' },
  { size: 1028, programs: 60, backend: 'wasm' },
] as const;

/** What a step does, as data, so that it runs the same eagerly and traced. */
type Action =
  | { readonly kind: 'compute'; readonly a: number; readonly b: number; readonly op: number }
  | { readonly kind: 'assign'; readonly variable: number; readonly from: number }
  | { readonly kind: 'read'; readonly variable: number };

interface Program {
  readonly actions: readonly Action[];
  readonly results: readonly number[];
  readonly donate: readonly number[];
}

function randomProgram(seed: number): Program {
  const random = seeded(seed);
  const below = (n: number): number => Math.floor(random() * n);
  // Values 0 … 2 are the arguments, 3 a captured tensor.
  let values = 4;
  const actions: Action[] = [];
  for (let i = 0; i < 3 + below(8); i++) {
    const pick = random();
    if (pick < 0.25) actions.push({ kind: 'read', variable: below(3) });
    else if (pick < 0.55) {
      actions.push({ kind: 'assign', variable: below(3), from: below(values) });
      continue;
    } else actions.push({ kind: 'compute', a: below(values), b: below(values), op: below(6) });
    values++;
  }
  return {
    actions,
    results: Array.from({ length: 1 + below(3) }, () => below(values)),
    donate: [0, 1, 2].filter(() => random() < 0.5),
  };
}

function compute(op: number, a: Tensor, b: Tensor): Tensor {
  switch (op) {
    case 0:
      return a.add(b);
    case 1:
      return a.mul(0.5).sub(b);
    case 2:
      return a.reshape([2, a.size / 2]).reshape([a.size]);
    case 3:
      return a.flip(0);
    case 4:
      return gather(a, arange(0, a.size, 1, 'int32').mul(3).mod(a.size));
    default:
      return a.maximum(b).neg();
  }
}

function stepOf({ actions, results }: Program, captured: Tensor, variables: readonly Variable[]) {
  return (x: Tensor, y: Tensor, z: Tensor): Tensor[] => {
    const values = [x, y, z, captured];
    for (const action of actions) {
      switch (action.kind) {
        case 'compute':
          values.push(compute(action.op, values[action.a]!, values[action.b]!));
          break;
        case 'read':
          values.push(variables[action.variable]!.value());
          break;
        case 'assign':
          variables[action.variable]!.assign(values[action.from]!);
          break;
      }
    }
    return results.map((i) => values[i]!);
  };
}

/** Everything a run shows: results and states after each step, and once more at the end what was kept from before. */
function run(program: Program, seed: number, size: number, backend: 'js' | 'wasm' | null): unknown {
  const random = seeded(seed + 1);
  const fresh = (): Tensor => tensor(Array.from({ length: size }, () => Math.fround(random() * 4 - 2)));
  const variables = [variable(fresh()), variable(fresh()), variable(fresh())];
  const plain = stepOf(program, fresh(), variables);
  const step = backend === null ? plain : jit(plain, { donate: program.donate, backend });
  const shown: unknown[] = [];
  const kept: Tensor[] = [];
  for (let i = 0; i < steps; i++) {
    const results = step(fresh(), fresh(), fresh());
    shown.push(results.map((t) => t.toArray()));
    kept.push(...results);
    if (i === 1) kept.push(...variables.map((v) => v.value()));
  }
  return [shown, kept.map((t) => t.toArray()), variables.map((v) => v.toArray())];
}

describe('random steps with state', () => {
  it.each(runs)('are the same compiled, and leave alone what they handed out: %o', (options) => {
    const { size, programs, backend } = options;
    const before = configure({ retraceWarnings: false });
    for (let seed = 0; seed < programs; seed++) {
      const program = randomProgram(seed);
      expect(run(program, seed, size, backend), `seed ${seed}: ${JSON.stringify(program)}`).toEqual(
        run(program, seed, size, null),
      );
    }
    configure(before);
  });
});
