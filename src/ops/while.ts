// while: repeats its body as long as its condition holds. while_scan also stacks what each round gives, up to a number of rounds.
import { type NdView, ndView } from '../array/nd.ts';
import { copyInto } from '../array/views.ts';
import type { Func } from '../ir/func.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { CapacityError, ShapeError } from '../util/errors.ts';
import { bind } from './dispatch.ts';
import { checkCondition, checkSameTypes, evaluate, resultTypes } from './evaluate.ts';
import { type NoAttrs, noAttrs } from './families.ts';
import type { OpDef } from './opdef.ts';
import { rowOf, stackedTypes, zerosOf } from './rows.ts';

const def: OpDef<NoAttrs> = {
  name: 'while',
  doc: 'The operands are carries, as many as the body returns, then constants. While the condition (the first region) of all operands returns true, the body (the second) of all operands gives the next carries. The results are the last carries.',
  attrs: {},
  infer: (args, _, [cond, body]) => {
    checkCondition('while', resultTypes('while', 'the condition', cond!, args));
    const next = resultTypes('while', 'the body', body!, args);
    checkSameTypes('while: the body must return the carries', args.slice(0, next.length), next);
    return next;
  },
  eval: (args, { regions: [cond, body] }) => {
    const count = body!.results.length;
    const constants = args.slice(count);
    let carries = args.slice(0, count);
    while (holds(cond!, [...carries, ...constants]))
      carries = evaluate(body!, [...carries, ...constants]).slice();
    return carries;
  },
  lower: { kind: 'host' },
};

function holds(cond: Func, args: readonly NdView[]): boolean {
  const [answer] = evaluate(cond, args);
  return answer!.data[answer!.offset] !== 0;
}

/** Repeats `body` while `cond` holds, under the current interpreter; `whileOp.def` is the record. */
export const whileOp: {
  (cond: Func, body: Func, carries: readonly Tensor[], constants: readonly Tensor[]): readonly Tensor[];
  readonly def: OpDef<NoAttrs>;
} = Object.assign(
  (cond: Func, body: Func, carries: readonly Tensor[], constants: readonly Tensor[]): readonly Tensor[] =>
    bind(def, [...carries, ...constants], noAttrs, [cond, body]),
  { def },
);

export interface WhileScanAttrs {
  /** How many of the operands, and of the body's results, are carries. */
  readonly carries: number;
  /** The rounds there is room for. */
  readonly capacity: number;
  /** The user's line; what its loops took before says how much room to make. */
  readonly loop: string;
}

const scanDef: OpDef<WhileScanAttrs> = {
  name: 'while_scan',
  doc: 'A `while` that keeps the rounds, made for gradients. The body returns the next carries and what is to be kept; the results are the last carries, the number of rounds (int32), and the kept values stacked along a new first axis of `capacity` rows, zeros behind the last round. More rounds than that stop the program, which is then compiled again with more room.',
  attrs: { carries: 'int', capacity: 'int', loop: 'string' },
  infer: (args, { carries, capacity }, [cond, body]) => {
    if (carries < 0 || capacity < 1)
      throw new ShapeError(`while_scan: ${carries} carries and a capacity of ${capacity} are impossible`);
    checkCondition('while_scan', resultTypes('while_scan', 'the condition', cond!, args));
    const next = resultTypes('while_scan', 'the body', body!, args);
    checkSameTypes(
      'while_scan: the body must return the carries',
      args.slice(0, carries),
      next.slice(0, carries),
    );
    return [
      ...next.slice(0, carries),
      { dtype: 'int32', shape: [] },
      ...stackedTypes(next.slice(carries), capacity),
    ];
  },
  eval: (args, { attrs: { carries: count, capacity, loop }, regions: [cond, body], types }) => {
    const constants = args.slice(count);
    const stacks = types.slice(count + 1).map(zerosOf);
    let carries = args.slice(0, count);
    let rounds = 0;
    for (; holds(cond!, [...carries, ...constants]); rounds++) {
      const next = evaluate(body!, [...carries, ...constants]);
      carries = next.slice(0, count);
      if (rounds < capacity)
        stacks.forEach((stack, i) => {
          copyInto(rowOf(stack, rounds), next[count + i]!);
        });
    }
    if (rounds > capacity) throw new CapacityError(loop, rounds);
    return [...carries, ndView('int32', [], Int32Array.of(rounds)), ...stacks];
  },
  lower: { kind: 'host' },
};

export const whileScan: {
  (
    cond: Func,
    body: Func,
    carries: readonly Tensor[],
    constants: readonly Tensor[],
    room: Omit<WhileScanAttrs, 'carries'>,
  ): readonly Tensor[];
  readonly def: OpDef<WhileScanAttrs>;
} = Object.assign(
  (
    cond: Func,
    body: Func,
    carries: readonly Tensor[],
    constants: readonly Tensor[],
    { capacity, loop }: Omit<WhileScanAttrs, 'carries'>,
  ): readonly Tensor[] =>
    bind(scanDef, [...carries, ...constants], { carries: carries.length, capacity, loop }, [cond, body]),
  { def: scanDef },
);
