// Instructions that do the same with different values become one kernel under different names: the layers of a network repeat, and
// making kernels is most of what compiling costs.
import { showNumber } from '../ir/attrs.ts';
import type { Instr, Value } from '../ir/func.ts';
import { print } from '../ir/print.ts';
import { type Style, type Unit, unitOf } from './kernels.ts';
import { splatOf } from './reader.ts';

/** Makes units out of the instructions of one function; `number` begins the name of the kernel. */
export function unitMaker(style: Style): (instr: Instr, number: number) => Unit {
  const made = new Map<string, { readonly instr: Instr; readonly unit: Unit }>();
  return (instr, number) => {
    const key = meaningOf(instr);
    const first = made.get(key);
    if (first !== undefined) return again(first.unit, first.instr, instr, number);
    const unit = unitOf(instr, number, style);
    made.set(key, { instr, unit });
    return unit;
  };
}

// All that a kernel is made of: the text of the instruction on its distinct operands, and the numbers that operands are filled with.
function meaningOf(instr: Instr): string {
  const params = [...new Set(instr.args)];
  const text = print({ name: '', params, body: [instr], results: instr.results });
  const splats = params.map((p) => {
    const splat = splatOf(p);
    return splat === undefined ? '' : showNumber(splat);
  });
  return `${text}${splats}`;
}

function again(unit: Unit, first: Instr, instr: Instr, number: number): Unit {
  const operands = new Map<Value, Value>(first.args.map((arg, i) => [arg, instr.args[i]!]));
  return {
    ...unit,
    kernel: { ...unit.kernel, name: unit.kernel.name.replace(/^k\d+/, `k${number}`) },
    args: unit.args.map((arg) => operands.get(arg)!),
    ...(unit.seed === undefined ? {} : { seed: operands.get(unit.seed)! }),
    results: instr.results,
  };
}
