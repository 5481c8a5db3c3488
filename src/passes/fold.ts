// fold: computes what is constant at compile time, with the reference kernels, so that the result cannot differ from eager mode.
import { flatData, type NdView } from '../array/nd.ts';
import { rebuild } from '../ir/build.ts';
import { type Instr, is, type Value } from '../ir/func.ts';
import { sizeOf } from '../ir/types.ts';
import { constant } from '../ops/constant.ts';
import { defOf } from '../ops/opdef.ts';
import type { Pass } from './pass.ts';

// Larger results are left to run time: they would fill the program with data.
const maxElements = 4096;

export const fold: Pass = {
  name: 'fold',
  doc: `Evaluates instructions on constants by the ops’ reference kernels; results of one repeated number stay one number, others are limited to ${maxElements} elements.`,
  run: (func, { fuel }) =>
    rebuild(func, (old, args, builder) => {
      const results = evaluated(old, args);
      if (results === null || !fuel.take(`fold ${old.op.name}`)) return null;
      return results.flatMap((r) =>
        builder.emit(constant.def, [], { data: dataOf(r), dtype: r.dtype, shape: r.shape }, [], old.loc),
      );
    }),
};

function evaluated(instr: Instr, args: readonly Value[]): readonly NdView[] | null {
  const def = defOf(instr);
  if (args.length === 0 || def.effect !== undefined || def.lower.kind === 'host') return null;
  if (!args.every((a) => a.def !== null && is(a.def, constant))) return null;
  const operands = args.map((a) => {
    const made = a.def as Instr;
    return constant.def.eval([], { attrs: made.attrs as never, regions: [], types: [a.type] })[0]!;
  });
  const types = instr.results.map((r) => r.type);
  const { attrs, regions } = instr;
  // One element tells them all where every operand repeats one number.
  if (def.lower.kind === 'point' && operands.every(isSplat)) {
    const scalars = operands.map((x) => ({ ...x, shape: [], strides: [] }));
    const scalarTypes = types.map((t) => ({ ...t, shape: [] }));
    return def
      .eval(scalars, { attrs, regions, types: scalarTypes })
      .map((r, i) => ({ ...r, shape: types[i]!.shape, strides: types[i]!.shape.map(() => 0) }));
  }
  if (def.lower.kind === 'view' && operands.every(isSplat))
    return def
      .eval(operands, { attrs, regions, types })
      .map((r) => ({ ...r, strides: r.shape.map(() => 0) }));
  const large = [...args.map((a) => a.type), ...types].some((t) => sizeOf(t.shape) > maxElements);
  return large ? null : def.eval(operands, { attrs, regions, types });
}

function isSplat(x: NdView): boolean {
  return x.strides.every((stride) => stride === 0);
}

// One number where all elements are it: `constant` then fills the shape.
function dataOf(x: NdView): readonly number[] {
  if (sizeOf(x.shape) === 0) return [];
  if (isSplat(x)) return [x.data[x.offset]!];
  const all = flatData(x);
  return all.length > 0 && all.every((v) => Object.is(v, all[0])) ? [all[0]!] : [...all];
}
