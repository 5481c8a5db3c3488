// expand: scans become loops with a counter, which read their rows and write their stacks. What lowers programs knows only `if` and `while`.
import { Builder, rebuild } from '../ir/build.ts';
import { type Func, type Instr, is, type Value } from '../ir/func.ts';
import type { TensorType } from '../ir/types.ts';
import * as binary from '../ops/binary.ts';
import { constant } from '../ops/constant.ts';
import { dynamicSlice, dynamicUpdateSlice } from '../ops/dynamic.ts';
import { fits } from '../ops/effects.ts';
import { iota } from '../ops/iota.ts';
import * as logic from '../ops/logic.ts';
import type { OpDef } from '../ops/opdef.ts';
import { reshape } from '../ops/reshape.ts';
import { type ScanAttrs, scanOp, scanOperands } from '../ops/scan.ts';
import { type WhileScanAttrs, whileOp, whileScan } from '../ops/while.ts';
import type { Pass } from './pass.ts';
import { splice } from './regions.ts';

export const expand: Pass = {
  name: 'expand',
  doc: 'Turns `scan` and `while_scan` into `while` with a counter: rows are read by dynamic_slice, and what is stacked is written by dynamic_update_slice, in place.',
  required: true,
  run: (func, { fuel }) =>
    rebuild(func, (old, args, builder) => {
      if (is(old, scanOp)) {
        fuel.take('expand scan');
        return expandScan(old, args, builder);
      }
      if (is(old, whileScan)) {
        fuel.take('expand while_scan');
        return expandWhileScan(old, args, builder);
      }
      return null;
    }),
};

const counter: TensorType = { dtype: 'int32', shape: [] };

function expandScan(old: Instr<ScanAttrs>, args: readonly Value[], outer: Builder): readonly Value[] {
  const { length, reverse } = old.attrs;
  const body = old.regions[0]!;
  const { count, carries, xs, constants } = scanOperands(args, old.attrs);
  const stackTypes = old.results.slice(carries.length).map((r) => r.type);
  const write = writer(outer, old);
  const stacks = stackTypes.map((type) => write.zeros(type));
  if (length === 0) return [...carries, ...stacks];
  const rounds = count === undefined ? write.integer(length) : clampedCount(count, length, write);
  const first = reverse ? write.emit(binary.sub, [rounds, write.integer(1)]) : write.integer(0);

  // Rows that are their own position need no memory.
  const isPosition = (x: Value): boolean =>
    x.def !== null && is(x.def, iota) && x.type.dtype === 'int32' && x.type.shape.length === 1;
  const read = xs.filter((x) => !isPosition(x));
  const state = [counter, ...carries.map((c) => c.type), ...stackTypes];
  const around = [...read, rounds, ...constants].map((v) => v.type);

  const asking = new Builder();
  const [at] = state.map((type) => asking.param(type));
  const asked = around.map((type) => asking.param(type));
  const ask = writer(asking, old);
  const answer = reverse
    ? ask.emit(logic.greaterEqual, [at!, ask.integer(0)])
    : ask.emit(logic.less, [at!, asked[read.length]!]);
  const cond = asking.finish('', [answer]);

  const inner = new Builder();
  const [position, ...now] = state.map((type) => inner.param(type)) as [Value, ...Value[]];
  const known = around.map((type) => inner.param(type));
  const round = writer(inner, old);
  const rows = xs.map((x) => (isPosition(x) ? position : round.row(known[read.indexOf(x)]!, position)));
  const next = splice(
    body,
    [...now.slice(0, carries.length), ...rows, ...known.slice(read.length + 1)],
    inner,
  );
  const results = [
    round.emit(binary.add, [position, round.integer(reverse ? -1 : 1)]),
    ...next.slice(0, carries.length),
    ...stacks.map((_, k) => round.put(now[carries.length + k]!, next[carries.length + k]!, position)),
  ];
  const operands = [first, ...carries, ...stacks, ...read, rounds, ...constants];
  return outer.emit(whileOp.def, operands, {}, [cond, inner.finish('', results)], old.loc).slice(1);
}

function expandWhileScan(
  old: Instr<WhileScanAttrs>,
  args: readonly Value[],
  outer: Builder,
): readonly Value[] {
  const { carries: carryCount, capacity, loop: line } = old.attrs;
  const [cond, body] = old.regions as [Func, Func];
  const carries = args.slice(0, carryCount);
  const constants = args.slice(carryCount);
  const stackTypes = old.results.slice(carryCount + 1).map((r) => r.type);
  const write = writer(outer, old);
  const state = [...carries.map((c) => c.type), counter, ...stackTypes];

  const asking = new Builder();
  const asked = state.map((type) => asking.param(type)).slice(0, carryCount);
  const askedConstants = constants.map((c) => asking.param(c.type));
  const answer = splice(cond, [...asked, ...askedConstants], asking);

  const inner = new Builder();
  const now = state.map((type) => inner.param(type));
  const known = constants.map((c) => inner.param(c.type));
  const round = writer(inner, old);
  const next = splice(body, [...now.slice(0, carryCount), ...known], inner);
  const position = now[carryCount]!;
  const results = [
    ...next.slice(0, carryCount),
    round.emit(binary.add, [position, round.integer(1)]),
    ...stackTypes.map((_, k) => round.put(now[carryCount + 1 + k]!, next[carryCount + k]!, position)),
  ];
  const operands = [
    ...carries,
    write.integer(0),
    ...stackTypes.map((type) => write.zeros(type)),
    ...constants,
  ];
  const regions = [asking.finish('', answer), inner.finish('', results)];
  const made = outer.emit(whileOp.def, operands, {}, regions, old.loc);
  const rounds = made[carryCount]!;
  const enough = write.emit(logic.lessEqual, [rounds, write.integer(capacity)]);
  outer.emit(fits.def, [enough, rounds], { loop: line }, [], old.loc);
  return made;
}

function clampedCount(count: Value, length: number, write: Writer): Value {
  const most = write.emit(binary.minimum, [count, write.integer(length)]);
  return write.emit(binary.maximum, [most, write.integer(0)]);
}

/** The instructions that loops are made of. */
interface Writer {
  emit(op: { readonly def: OpDef }, args: readonly Value[], attrs?: unknown): Value;
  integer(x: number): Value;
  zeros(type: TensorType): Value;
  /** Element `at` of the first axis, and a stack with it replaced. */
  row(x: Value, at: Value): Value;
  put(stack: Value, row: Value, at: Value): Value;
}

function writer(builder: Builder, { loc }: Instr): Writer {
  const emit: Writer['emit'] = (op, args, attrs = {}) => builder.emit(op.def, args, attrs, [], loc)[0]!;
  const integer = (x: number): Value => emit(constant, [], { data: [x], dtype: 'int32', shape: [] });
  const starts = (x: Value, at: Value): readonly Value[] => [
    at,
    ...x.type.shape.slice(1).map(() => integer(0)),
  ];
  return {
    emit,
    integer,
    zeros: ({ dtype, shape }) => emit(constant, [], { data: shape.includes(0) ? [] : [0], dtype, shape }),
    row(x, at) {
      const shape = x.type.shape.slice(1);
      const slice = emit(dynamicSlice, [x, ...starts(x, at)], { sizes: [1, ...shape] });
      return emit(reshape, [slice], { shape });
    },
    put(stack, row, at) {
      const update = emit(reshape, [row], { shape: [1, ...row.type.shape] });
      return emit(dynamicUpdateSlice, [stack, update, ...starts(stack, at)]);
    },
  };
}
