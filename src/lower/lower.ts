// Lowering: a fused function becomes a Program. Everything is decided here: kernels, loop nests, schedules, memory.
import { Builder, remade } from '../ir/build.ts';
import { type Func, type Instr, is, type Value } from '../ir/func.ts';
import { sizeOf, stridesOf } from '../ir/types.ts';
import { walk } from '../ir/walk.ts';
import { constant } from '../ops/constant.ts';
import { ifOp } from '../ops/if.ts';
import { defOf } from '../ops/opdef.ts';
import { reshape } from '../ops/reshape.ts';
import { whileOp } from '../ops/while.ts';
import { range } from '../util/seq.ts';
import type { Block, Node } from './blocks.ts';
import type { Style } from './kernels.ts';
import { planMemory } from './memory.ts';
import type { Effect, Program } from './program.ts';
import { splatOf } from './reader.ts';
import { unitMaker } from './repeats.ts';
import type { Precision, Target, TileRows } from './schedule.ts';

export interface LowerOptions {
  /** Parameters whose arrays may be overwritten by results. */
  readonly donated?: readonly number[];
  readonly precision: Precision;
  /** Default `js`. */
  readonly target?: Target;
  /** Rows of a tile of a contraction in lanes. Default 4, which suits sixteen registers where a product and a sum are two operations. */
  readonly tileRows?: TileRows;
}

/** `func` is verified, its calls are inlined, its scans expanded; instructions outside fusions are kernels of their own. */
export function lower(func: Func, options: LowerOptions): Program {
  const { precision, target = 'js', tileRows = 4 } = options;
  const lowering = new Lowering({ precision, target, tileRows });
  const block = lowering.block(func);
  return planMemory({
    name: func.name,
    params: func.params,
    block,
    aliases: lowering.aliases,
    constants: lowering.constants,
    donated: new Set(options.donated ?? []),
  });
}

class Lowering {
  readonly aliases = new Map<Value, Value>();
  readonly constants = new Map<Value, readonly number[]>();
  readonly #unitOf: ReturnType<typeof unitMaker>;
  readonly #met = new Set<Value | Instr>();
  #units = 0;

  constructor(style: Style) {
    this.#unitOf = unitMaker(style);
  }

  /** A region as one of its own: values are told apart by identity, and regions of several instructions may share some. */
  #own(region: Func): Func {
    const parts = [...region.params, ...region.body];
    if (!parts.some((part) => this.#met.has(part))) {
      for (const part of parts) this.#met.add(part);
      return region;
    }
    const builder = new Builder();
    const params = region.params.map((p) => builder.param(p.type));
    const results = walk(region, params, (old, args) => builder.append(remade(old, args)));
    return builder.finish(region.name, results);
  }

  /** The instructions of a function, whose parameters have memory or are aliases. */
  block(func: Func): Block {
    const stored = splatsInMemory(func);
    const nodes = func.body.flatMap((instr) => this.#node(instr, stored));
    return { nodes, results: func.results };
  }

  #node(instr: Instr, stored: ReadonlySet<Value>): readonly Node[] {
    const result = instr.results[0];
    const lowering = defOf(instr).lower;
    if (is(instr, reshape)) this.aliases.set(result!, instr.args[0]!);
    else if (is(instr, constant)) {
      const { data, shape } = instr.attrs;
      const splat = splatOf(result!);
      if (splat === undefined) this.constants.set(result!, data);
      else if (stored.has(result!)) this.constants.set(result!, new Array<number>(sizeOf(shape)).fill(splat));
    } else if (is(instr, ifOp)) return [this.#if(instr)];
    else if (is(instr, whileOp)) return [this.#while(instr)];
    else if (lowering.kind === 'effect') {
      const { attrs, loc } = instr;
      const { fails } = lowering;
      const types = instr.args.slice(fails ? 1 : 0).map((a) => a.type);
      const run: Effect['run'] = (arrays) => {
        const views = types.map(({ dtype, shape }, i) => ({
          dtype,
          shape,
          data: arrays[i]!,
          strides: stridesOf(shape),
          offset: 0,
        }));
        lowering.run(views, attrs, loc);
      };
      return [{ kind: 'effect', effect: { name: instr.op.name, fails, run }, args: instr.args }];
    }
    // Nothing to compute: empty memory stands for the results.
    else if (instr.results.every(isEmpty)) for (const r of instr.results) this.constants.set(r, []);
    else return [{ kind: 'unit', unit: this.#unitOf(instr, this.#units++) }];
    return [];
  }

  #if({ args, regions, results }: Instr): Node {
    const [selector, ...operands] = args;
    const branches = regions.map((shared) => {
      const region = this.#own(shared);
      region.params.forEach((p, i) => {
        this.aliases.set(p, operands[i]!);
      });
      return this.block(region);
    });
    const kept = range(results.length).filter((k) => !this.#empty(results[k]!));
    return {
      kind: 'if',
      selector: selector!,
      branches: branches.map((b) => ({ ...b, results: kept.map((k) => b.results[k]!) })),
      results: kept.map((k) => results[k]!),
    };
  }

  #while({ args, regions, results }: Instr): Node {
    const [cond, body] = regions.map((region) => this.#own(region)) as [Func, Func];
    const count = results.length;
    args.forEach((arg, i) => {
      const [asked, inside] = [cond.params[i]!, body.params[i]!];
      // The parameter of the body stands for the place of a carry.
      this.aliases.set(asked, i < count ? inside : arg);
      if (i < count) this.aliases.set(results[i]!, inside);
      else this.aliases.set(inside, arg);
    });
    const kept = range(count).filter((i) => !this.#empty(body.params[i]!));
    return {
      kind: 'while',
      cond: this.block(cond),
      body: this.block(body),
      carries: kept.map((i) => ({ place: body.params[i]!, first: args[i]!, next: body.results[i]! })),
    };
  }

  // Memory of no elements is never written.
  #empty(value: Value): boolean {
    if (!isEmpty(value)) return false;
    this.constants.set(value, []);
    return true;
  }
}

function isEmpty(value: Value): boolean {
  return sizeOf(value.type.shape) === 0;
}

// Numbers that fill a tensor are spelled into the kernels that read them; as results, and for kernels with buffers of their own, they are data.
function splatsInMemory(func: Func): ReadonlySet<Value> {
  const stored = new Set(func.results);
  for (const instr of func.body) if (readsMemory(instr)) for (const arg of instr.args) stored.add(arg);
  return stored;
}

function readsMemory(instr: Instr): boolean {
  if (is(instr, reshape) || is(instr, ifOp) || is(instr, whileOp)) return true;
  const { kind } = defOf(instr).lower;
  return kind === 'kernel' || kind === 'effect';
}
