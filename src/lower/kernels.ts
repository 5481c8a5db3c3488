// One instruction or fusion to one kernel: which buffers it has, and which nest fills them.
import { type Func, type Instr, is, type Value } from '../ir/func.ts';
import { sizeOf } from '../ir/types.ts';
import type { Buffer, Kernel, Stmt } from '../loop/kernel.ts';
import { relaxKernel } from '../loop/relax.ts';
import { simplifyKernel } from '../loop/simplify.ts';
import { visitExprs } from '../loop/visit.ts';
import { constant } from '../ops/constant.ts';
import { fusion } from '../ops/fusion.ts';
import { defOf } from '../ops/opdef.ts';
import { scalarType } from '../ops/scalar.ts';
import { InternalError } from '../util/errors.ts';
import { columnNest, columnsOf } from './columns.ts';
import { contractionNest } from './contract.ts';
import { lanedContractionNest } from './contract-lanes.ts';
import { reducesInLanes, withLanes } from './lanes.ts';
import { type Building, elementNest } from './nest.ts';
import { freshNames, regionOf, type Source, splatOf } from './reader.ts';
import { uniqueNames } from './rename.ts';
import { rowNest } from './rows.ts';
import type { Precision, Target, TileRows } from './schedule.ts';

/** A kernel and the values its buffers hold, in the order of `kernel.buffers` (scratch has none). */
export interface Unit {
  readonly kernel: Kernel;
  readonly args: readonly Value[];
  readonly results: readonly Value[];
  /** True where all loads that an element needs come before its store: such a kernel may work in place. */
  readonly loadsFirst: boolean;
  /** What the memory of the one result holds before the kernel, which replaces some elements of it. */
  readonly seed?: Value;
}

/** What decides how kernels are written. */
export interface Style {
  readonly precision: Precision;
  readonly target: Target;
  /** Rows of a tile of a contraction in lanes. */
  readonly tileRows: TileRows;
}

export function unitOf(instr: Instr, number: number, style: Style): Unit {
  const lowering = defOf(instr).lower;
  if (lowering.kind === 'kernel') {
    const kernel = lowering.build(
      instr.args.map((a) => a.type),
      instr.attrs,
      instr.results.map((r) => r.type),
    );
    const tidy = simplifyKernel({ ...kernel, name: `k${number}_${instr.op.name}` });
    if (lowering.updates) {
      const [seed, ...args] = instr.args as [Value, ...Value[]];
      return { kernel: relaxed(tidy, style), args, results: instr.results, loadsFirst: false, seed };
    }
    return { kernel: relaxed(tidy, style), args: instr.args, results: instr.results, loadsFirst: false };
  }
  if (is(instr, fusion)) return fused(instr, instr.regions[0]!, instr.attrs.kind, number, style);
  if (lowering.kind === 'host')
    throw new InternalError(`${instr.op.name} reaches lowering; a pass should have opened it`);
  const kind = lowering.kind === 'contract' ? 'contract' : 'map';
  return fused(instr, regionOf(instr), kind, number, style);
}

function fused(instr: Instr, region: Func, kind: string, number: number, style: Style): Unit {
  const { sources, inputs } = bind(instr.args, region.params);
  const outputs = instr.results.map((value, n) => bufferOf(`y${n}`, value, 'out'));
  const building: Building = {
    region,
    sources,
    outputs: outputs.map((b) => b.name),
    fresh: freshNames(),
  };
  let body: readonly Stmt[];
  let scratch: readonly Buffer[] = [];
  if (kind === 'contract')
    ({ body, scratch } =
      style.target === 'wasm'
        ? lanedContractionNest(building, style.tileRows)
        : contractionNest(building, style.precision));
  else {
    if (kind === 'rows') ({ body, scratch } = rowNest(building));
    else body = kind === 'group' ? groupNests(building) : elementNest(building);
    if (style.target === 'wasm') body = withLanes(body);
    // Four results at once, and more than four: then whole rows of them.
    const columns = body.some(reducesInLanes) ? columnsOf(region) : null;
    if (columns !== null) {
      ({ body, scratch } = columnNest(building, columns));
      body = withLanes(body);
    }
  }
  body = uniqueNames(body);
  const loaded = buffersLoaded(body);
  const used = inputs.filter((i) => loaded.has(i.buffer.name));
  const kernel: Kernel = {
    name: kernelName(number, region),
    buffers: [...used.map((i) => i.buffer), ...outputs, ...scratch],
    body,
    divisible: true,
  };
  return {
    kernel: relaxed(hasOwnIndices(region) ? simplifyKernel(kernel) : kernel, style),
    args: used.map((i) => i.value),
    results: instr.results,
    loadsFirst: true,
  };
}

// In `fast`, intermediates inside the kernel are f64 in JavaScript, which has no other registers.
function relaxed(kernel: Kernel, { precision, target }: Style): Kernel {
  return precision === 'fast' && target === 'js' ? relaxKernel(kernel) : kernel;
}

// Readers write indices in their simplest form; the conditions and indices that ops compute themselves are left to simplify.
function hasOwnIndices(region: Func): boolean {
  return region.body.some((i) => {
    if (is(i, fusion)) return hasOwnIndices(i.regions[0]!);
    return defOf(i).lower.kind === 'index' && !is(i, constant);
  });
}

// Each distinct operand is one buffer; numbers that fill an operand are spelled into the code.
function bind(
  args: readonly Value[],
  params: readonly Value[],
): {
  sources: ReadonlyMap<Value, Source>;
  inputs: readonly { readonly buffer: Buffer; readonly value: Value }[];
} {
  const sources = new Map<Value, Source>();
  const inputs = new Map<Value, { buffer: Buffer; value: Value }>();
  args.forEach((value, n) => {
    const splat = splatOf(value);
    if (splat !== undefined) {
      sources.set(params[n]!, { kind: 'splat', value: splat });
      return;
    }
    const input = inputs.get(value) ?? { buffer: bufferOf(`a${inputs.size}`, value, 'in'), value };
    inputs.set(value, input);
    sources.set(params[n]!, { kind: 'buffer', name: input.buffer.name, size: input.buffer.size });
  });
  return { sources, inputs: [...inputs.values()] };
}

// Independent maps of different sizes: their nests one after the other.
function groupNests(building: Building): readonly Stmt[] {
  return building.region.body.flatMap((inner) => {
    if (!is(inner, fusion)) throw new InternalError(`a group fusion holds ${inner.op.name}, not a fusion`);
    const region = inner.regions[0]!;
    const sources = new Map<Value, Source>();
    inner.args.forEach((arg, n) => {
      const source = building.sources.get(arg);
      if (!source) throw new InternalError('a fusion inside a group reads another one’s result');
      sources.set(region.params[n]!, source);
    });
    // Every place of a result in the group's result list is a buffer of its own.
    const pairs = inner.results.flatMap((result, n) =>
      building.region.results.flatMap((r, at) =>
        r === result ? [{ value: region.results[n]!, output: building.outputs[at]! }] : [],
      ),
    );
    return elementNest({
      ...building,
      sources,
      region: { ...region, results: pairs.map((p) => p.value) },
      outputs: pairs.map((p) => p.output),
    });
  });
}

function bufferOf(name: string, value: Value, role: 'in' | 'out'): Buffer {
  return { name, type: scalarType(value.type.dtype), size: sizeOf(value.type.shape), role };
}

function buffersLoaded(body: readonly Stmt[]): ReadonlySet<string> {
  const names = new Set<string>();
  visitExprs(body, (e) => {
    if (e.kind === 'load') names.add(e.buffer);
  });
  return names;
}

const longestName = 40;

// `k3_mul_add_tanh`: the first distinct ops that fit; views and constants only where there is nothing else to say.
function kernelName(number: number, region: Func): string {
  const all = namedInstrs(region);
  const telling = all.filter((i) => {
    const { kind } = defOf(i).lower;
    return kind !== 'view' && (kind !== 'index' || i.args.length > 0);
  });
  let name = `k${number}`;
  for (const op of new Set((telling.length > 0 ? telling : all).map((i) => i.op.name))) {
    if (name.length + op.length >= longestName) break;
    name += `_${op}`;
  }
  return name;
}

function namedInstrs(region: Func): readonly Instr[] {
  return region.body.flatMap((i) => (is(i, fusion) ? namedInstrs(i.regions[0]!) : [i]));
}
