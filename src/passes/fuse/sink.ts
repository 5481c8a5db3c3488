// Moves reshapes of reductions and contractions below the arithmetic that follows, which then has the reduced shape and joins their kernel.
import { type Builder, rebuild, withArgs } from '../../ir/build.ts';
import { type Func, is, type Value } from '../../ir/func.ts';
import { type Shape, sameShape } from '../../ir/types.ts';
import { constant } from '../../ops/constant.ts';
import { reshape } from '../../ops/reshape.ts';
import { roleOf } from './cost.ts';

/** `add(reshape(sum x), y)` becomes `reshape(add(sum x, reshape y))`: what `keepDims` leaves between a sum and the division by n. */
export function sinkReshapes(func: Func): Func {
  // Results of reductions and contractions, and of point ops on them.
  const anchored = new Set<Value>();
  return rebuild(func, (old, args, builder) => {
    const role = roleOf(old);
    if (role !== 'point') {
      const results = builder.append(withArgs(old, args));
      if (role === 'reduce' || role === 'contract') for (const r of results) anchored.add(r);
      return results;
    }
    const upper = args.map(unreshaped).find((v) => v !== undefined && anchored.has(v));
    const operands = upper === undefined ? args : args.map((a) => inShape(a, upper.type.shape, builder));
    const [result] = builder.emit(old.op, operands, old.attrs, [], old.loc) as [Value];
    if (operands.some((a) => anchored.has(a))) anchored.add(result);
    return [inShape(result, old.results[0]!.type.shape, builder)];
  });
}

function unreshaped(value: Value): Value | undefined {
  return value.def !== null && is(value.def, reshape) ? value.def.args[0] : undefined;
}

function inShape(value: Value, shape: Shape, builder: Builder): Value {
  if (sameShape(value.type.shape, shape)) return value;
  const made = value.def;
  const before = unreshaped(value);
  if (before !== undefined && sameShape(before.type.shape, shape)) return before;
  if (made !== null && is(made, constant) && made.attrs.data.length === 1)
    return builder.emit(constant.def, [], { ...made.attrs, shape }, [], made.loc)[0]!;
  return builder.emit(reshape.def, [value], { shape }, [], made?.loc)[0]!;
}
