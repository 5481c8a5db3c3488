// What a node depends on, and how that is run again: under a trace with the sizes it was fed, or under a tape.
import { attrEntries } from '../ir/attrs.ts';
import { type Func, type Instr, instr, param, type Value } from '../ir/func.ts';
import { withSizes } from '../ir/unknown.ts';
import { bind } from '../ops/dispatch.ts';
import { defOf } from '../ops/opdef.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { at } from '../trace/place.ts';

/** The sizes that stand-ins stand for in a run; null for those that nothing says. */
export type Sizes = readonly (number | null)[];

// When nodes were made: the order in which eager mode would have run them, and so the order of the sums in their gradients.
const numbers = new WeakMap<Instr, number>();
let made = 0;

/** Notes that a node has been made. */
export function noteNode(node: Instr): void {
  numbers.set(node, made++);
}

export interface Cone {
  /** In the order in which they were made. */
  readonly body: readonly Instr[];
  /** The values that no instruction gives. */
  readonly inputs: readonly Value[];
}

/** Everything that `values` depend on, up to the values in `cut`. */
export function coneOf(values: readonly Value[], cut: ReadonlySet<Value> = new Set()): Cone {
  const body = new Set<Instr>();
  const inputs = new Set<Value>();
  const open = values.toReversed();
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    const { def } = value;
    if (def === null || cut.has(value)) inputs.add(value);
    else if (!body.has(def)) {
      body.add(def);
      open.push(...def.args.toReversed());
    }
  }
  const inOrder = [...body].sort((a, b) => numbers.get(a)! - numbers.get(b)!);
  return { body: inOrder, inputs: [...inputs] };
}

/** Runs instructions again, under the current interpreter. `known` holds the inputs, and afterwards everything. */
export function runAgain(body: readonly Instr[], known: Map<Value, Tensor>, sizes: Sizes): void {
  for (const old of body) {
    const operands = old.args.map((a) => known.get(a)!);
    const results = at(old.loc, () =>
      bind(
        defOf(old),
        operands,
        sized(old, sizes),
        old.regions.map((r) => sizedFunc(r, sizes)),
      ),
    );
    old.results.forEach((r, i) => {
      if (!known.has(r)) known.set(r, results[i]!);
    });
  }
}

function sized({ op, attrs }: Instr, sizes: Sizes): unknown {
  if (sizes.length === 0) return attrs;
  const sizedNumber = (n: number): number => withSizes(n, sizes);
  return Object.fromEntries(
    attrEntries(op.attrs, attrs).map(([name, , value]) => [
      name,
      typeof value === 'number'
        ? sizedNumber(value)
        : Array.isArray(value)
          ? (value as readonly number[]).map(sizedNumber)
          : value,
    ]),
  );
}

function sizedFunc(func: Func, sizes: Sizes): Func {
  if (sizes.length === 0) return func;
  const known = new Map<Value, Value>();
  const params = func.params.map((p) => {
    const own = param({ dtype: p.type.dtype, shape: p.type.shape.map((n) => withSizes(n, sizes)) });
    known.set(p, own);
    return own;
  });
  const body = func.body.map((old) => {
    const again = instr(
      old.op,
      old.args.map((a) => known.get(a)!),
      sized(old, sizes),
      old.regions.map((r) => sizedFunc(r, sizes)),
      old.loc,
    );
    old.results.forEach((r, i) => known.set(r, again.results[i]!));
    return again;
  });
  return { name: func.name, params, body, results: func.results.map((r) => known.get(r)!) };
}
