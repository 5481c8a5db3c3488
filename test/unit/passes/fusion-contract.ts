// What ops/fusion.ts promises to lowering, checked on the regions as they are written: independent of how the fuse pass decides.
import { type Func, type Instr, is, type Value } from '../../../src/ir/func.ts';
import { sizeOf } from '../../../src/ir/types.ts';
import { constant } from '../../../src/ops/constant.ts';
import { fusion } from '../../../src/ops/fusion.ts';
import { defOf } from '../../../src/ops/opdef.ts';
import { reshape } from '../../../src/ops/reshape.ts';

const kindOf = (i: Instr): string => defOf(i).lower.kind;
const isReduction = (i: Instr): boolean => kindOf(i) === 'reduce';
const isContraction = (i: Instr): boolean => kindOf(i) === 'contract';
const inMemory = (i: Instr): boolean => is(i, constant) && i.attrs.data.length !== 1;

/** What a fused function does that lowering does not expect, or undefined. */
export function contractBreach(func: Func): string | undefined {
  for (const instr of func.body) {
    if (is(instr, fusion)) {
      const breach = regionBreach(instr.attrs.kind, instr.regions[0]!);
      if (breach) return `${instr.attrs.kind}: ${breach}`;
    } else if (!is(instr, reshape) && !inMemory(instr) && !['kernel', 'host'].includes(kindOf(instr)))
      return `${instr.op.name} stands outside of fusions`;
  }
  return undefined;
}

function regionBreach(kind: string, region: Func): string | undefined {
  const { body, results, params } = region;
  if (results.length === 0) return 'no results';
  if (results.some((r) => params.includes(r))) return 'a parameter is a result';
  if (params.some((p) => !body.some((i) => i.args.includes(p)))) return 'an unused parameter';
  const sizes = new Set(results.map((r) => sizeOf(r.type.shape))).size;
  if (sizes !== 1 && kind !== 'group' && kind !== 'rows') return 'results of several sizes';
  if (kind === 'group') return groupBreach(region);
  if (body.some((i) => inMemory(i) || ['kernel', 'host'].includes(kindOf(i))))
    return 'an instruction with its own kernel';
  if (kind === 'rows') return rowsBreach(region);
  for (const i of body) {
    const breach = readingBreach(i, region);
    if (breach) return breach;
  }
  const anchors = body.filter((i) => isReduction(i) || isContraction(i));
  if (kind === 'map') return anchors.length > 0 ? 'a reduction or contraction in a map' : undefined;
  return anchoredBreach(kind, region, anchors);
}

function groupBreach({ body }: Func): string | undefined {
  for (const i of body) {
    if (!is(i, fusion) || i.attrs.kind !== 'map') return `${i.op.name} in a group`;
    if (i.args.some((a) => a.def !== null)) return 'a map of a group reads another';
    const breach = regionBreach('map', i.regions[0]!);
    if (breach) return breach;
  }
  return undefined;
}

const plain = (v: Value): boolean =>
  v.def === null || v.def.args.length === 0 || (kindOf(v.def) === 'view' && plain(v.def.args[0]!));

function readingBreach(i: Instr, { body, results }: Func): string | undefined {
  if (kindOf(i) === 'index' && !i.args.every(plain)) return `${i.op.name} reads a computed value`;
  if (kindOf(i) !== 'view' || is(i, reshape) || plain(i.args[0]!)) return undefined;
  const [x] = i.args as [Value];
  const readers = body.filter((other) => other.args.includes(x));
  if (readers.length > 1 || results.includes(x)) return `what ${i.op.name} reads has other readers`;
  const [inner, outer] = [sizeOf(x.type.shape), sizeOf(i.results[0]!.type.shape)];
  return outer > inner ? `${i.op.name} repeats computed values` : undefined;
}

function rowsBreach({ body, results }: Func): string | undefined {
  const reductions = body.filter(isReduction);
  if (reductions.length === 0 || body.some(isContraction)) return 'no reduction, or a contraction';
  const { shape } = reductions[0]!.args[0]!.type;
  const loopOf = (i: Instr): string => `${i.args[0]!.type.shape} ${i.results[0]!.type.shape}`;
  if (reductions.some((r) => loopOf(r) !== loopOf(reductions[0]!))) return 'reductions of different loops';
  const { shape: leading } = reductions[0]!.results[0]!.type;
  if (String(shape.slice(0, leading.length)) !== String(leading)) return 'rows that are not the last axes';
  const isRow = (v: Value): boolean => sizeOf(v.type.shape) === sizeOf(leading);
  const isFull = (v: Value): boolean => String(v.type.shape) === String(shape);
  if (!results.every((r) => isRow(r) || isFull(r))) return 'a result of another size';
  for (const i of body) {
    const y = i.results[0]!;
    if (kindOf(i) === 'point' && !isRow(y) && !isFull(y)) return `${i.op.name} of another size`;
    if (kindOf(i) === 'index' && !i.args.every(plain)) return `${i.op.name} reads a computed value`;
    if (kindOf(i) !== 'view' || plain(i.args[0]!)) continue;
    if (!isRow(i.args[0]!)) return `${i.op.name} of what differs within rows`;
    if (is(i, reshape) ? !isRow(y) : i.op.name !== 'broadcast' || !isFull(y)) return `${i.op.name} of a row`;
  }
  return undefined;
}

function anchoredBreach(
  kind: string,
  { body, results }: Func,
  anchors: readonly Instr[],
): string | undefined {
  const wanted = kind === 'reduce' ? isReduction : isContraction;
  if (anchors.length === 0 || !anchors.every(wanted)) return 'no anchor of its kind, or one of another';
  if (kind === 'contract' && anchors.length > 1) return 'two contractions';
  const signature = (i: Instr): string => JSON.stringify([i.args[0]!.type.shape, i.attrs]);
  if (anchors.some((a) => signature(a) !== signature(anchors[0]!))) return 'reductions of different loops';
  const shape = String(anchors[0]!.results[0]!.type.shape);
  const after = new Set<Value>();
  for (const i of body) {
    const depends = i.args.some((a) => after.has(a));
    if (anchors.includes(i)) {
      if (depends) return 'a reduction of a reduction';
      if (kind === 'contract' && !i.args.every((a) => operandView(a)))
        return 'arithmetic before a contraction';
    } else if (!depends) continue;
    else if (kindOf(i) !== 'point') return `${i.op.name} in the epilogue`;
    else if (String(i.results[0]!.type.shape) !== shape) return 'an epilogue of another shape';
    for (const r of i.results) after.add(r);
  }
  return results.every((r) => after.has(r)) ? undefined : 'a result before the reduction or contraction';
}

const operandView = (v: Value): boolean =>
  v.def === null || (kindOf(v.def) === 'view' && !is(v.def, reshape) && operandView(v.def.args[0]!));
