// Every op of the registry, on every sample: the record's parts must agree with each other and with every executor.
import { afterAll, describe, expect, it, vi } from 'vitest';
import { flatData, type NdView, ndView } from '../../src/array/nd.ts';
import { Tape } from '../../src/autodiff/tape.ts';
import { Builder } from '../../src/ir/build.ts';
import type { Func } from '../../src/ir/func.ts';
import { parse } from '../../src/ir/parse.ts';
import { print } from '../../src/ir/print.ts';
import { showType } from '../../src/ir/types.ts';
import { verify } from '../../src/ir/verify.ts';
import { jit } from '../../src/jit/jit.ts';
import { configure } from '../../src/jit/options.ts';
import { bind, within } from '../../src/ops/dispatch.ts';
import { evaluate } from '../../src/ops/evaluate.ts';
import { registry } from '../../src/ops/index.ts';
import type { OpDef } from '../../src/ops/opdef.ts';
import { optimize } from '../../src/passes/pipeline.ts';
import { EagerTensor, eager } from '../../src/tensor/eager.ts';
import type { Tensor } from '../../src/tensor/tensor.ts';
import { replay } from '../../src/trace/replay.ts';
import { traceFunction } from '../../src/trace/tracer.ts';
import { engines, execute, lowered } from '../unit/lower/run.ts';
import { expectClose, expectSameBits } from './compare.ts';
import { type Doubles, inDoubles, toDoubles } from './float64.ts';
import { byDifferences, cotangentsOf, rule } from './gradient.ts';
import type { Sample } from './samples/sample.ts';
import { samples } from './samples.ts';

// What `print` prints is looked at elsewhere.
vi.spyOn(console, 'log').mockImplementation(() => {});
// The gradients of comparisons do not use their results.
const before = configure({ checkConditions: false });
afterAll(() => void configure(before));

const tensors = (views: readonly NdView[]) => views.map((v) => new EagerTensor(v));

/** Runs a function of one instruction on storage. */
type Executor = (func: Func, args: readonly NdView[]) => readonly NdView[];

/** Every way to run a function that exists in this library. All give the bits of `eval`, NaN equal to NaN. */
const executors: Readonly<Record<string, Executor>> = {
  evaluate,
  'its text, parsed': (func, args) => evaluate(parse(print(func), registry), args),
  replay: (func, args) => replay(func, tensors(args)).map((y) => y.requireView()),
  'replay on a tape': (func, args) => {
    const tape = new Tape(eager);
    const inputs = tensors(args);
    for (const x of inputs) tape.watch(x);
    return within(tape, () => replay(func, inputs)).map((y) => y.requireView());
  },
  trace: (func, args) => {
    const { func: traced } = traceFunction((xs) => replay(func, xs), args, {
      name: func.name,
      parent: eager,
    });
    return evaluate(traced, args);
  },
  jit: (func, args) => jitted(func, args, 'js'),
  'jit, wasm': (func, args) => jitted(func, args, 'wasm'),
  // Without vectors, and shared out between threads, whatever it would be worth.
  'wasm, scalar': (func, args) => onProgram(func, args, 'compiled, wasm without vectors'),
  'wasm, in 3 parts': (func, args) => onProgram(func, args, 'compiled, wasm in 3 parts'),
};

function jitted(func: Func, args: readonly NdView[], backend: 'js' | 'wasm'): readonly NdView[] {
  const f = jit((...xs: Tensor[]) => replay(func, xs), { backend });
  return f(...tensors(args)).map((y) => y.requireView());
}

function onProgram(func: Func, args: readonly NdView[], engine: keyof typeof engines): readonly NdView[] {
  const { func: optimised } = optimize(func, { check: false });
  const inputs = args.map((a) => flatData(a).slice());
  const arrays = execute(lowered(optimised, [], 'wasm'), engines[engine]!, inputs);
  return optimised.results.map(({ type }, i) => ndView(type.dtype, type.shape, arrays[i]!));
}

describe('the table of samples', () => {
  it('has samples of every op, and of nothing else', () => {
    expect(Object.keys(samples).sort()).toEqual([...registry.keys()].sort());
  });
});

for (const [name, def] of registry) {
  const ofOp = samples[name] ?? [];

  describe(name, () => {
    it('gives what its shape rule says, and leaves its operands alone', () => {
      for (const { args, attrs, regions = [], about } of ofOp) {
        const before = args.map((a) => a.data.slice());
        const types = def.infer(args, attrs, regions);
        const results = def.eval(args, { attrs, regions, types });
        expect(results.map(showType), about).toEqual(types.map(showType));
        for (const y of results) expect(storageProblem(y), about).toBeUndefined();
        expect(
          args.map((a) => a.data),
          about,
        ).toEqual(before);
      }
    });

    for (const [executor, run] of Object.entries(executors)) {
      it(`has the same bits by: ${executor}`, () => {
        for (const sample of ofOp) {
          expectSameBits(run(oneInstruction(def, sample), sample.args), results(def, sample), sample.about);
        }
      });
    }

    if (def.simplify) {
      it('is simplified to the same bits', () => {
        for (const sample of ofOp) {
          const { args, attrs, regions = [], about } = sample;
          const types = def.infer(args, attrs, regions);
          const simpler = def.simplify!(tensors(args), { attrs, types, defOf: () => null });
          if (simpler === null) continue;
          expectSameBits(
            simpler.map((y) => y.requireView()),
            results(def, sample),
            about,
          );
        }
      });
    }

    if (def.lower.kind !== 'host' && ofOp.some((sample) => sample.args.length > 0)) {
      it('means the same in eager mode and when lowered', () => {
        for (const sample of ofOp.filter(isComparable)) {
          const eagerly = results(def, sample);
          const lowered = inDoubles(def, sample.args.map(toDoubles), sample.attrs, eagerly);
          lowered.forEach((y, i) => {
            expectClose(flatData(eagerly[i]!), y.elements, 2 ** -21, sample.about);
          });
        }
      });
    }

    if (def.vjp) {
      it('has cotangents of the types of its operands, and checked ones wherever there are any', () => {
        let flows = false;
        for (const sample of ofOp) {
          const gradients = gradientsOf(def, sample);
          expect(gradients.length, sample.about).toBe(sample.args.length);
          gradients.forEach((g, i) => {
            if (g === null) return;
            flows = true;
            expect(showType(g.type), sample.about).toBe(showType(sample.args[i]!));
          });
        }
        expect(ofOp.some((sample) => sample.smooth) || !flows, `a smooth sample of ${name}`).toBe(true);
      });

      it('has the same bits of gradients when compiled', () => {
        for (const sample of ofOp) {
          for (const backend of ['js', 'wasm'] as const) {
            const compiled = gradientsOf(def, sample, (f) => jit(f, { backend }));
            expectSameBits(
              viewsOf(compiled),
              viewsOf(gradientsOf(def, sample)),
              `${sample.about}, ${backend}`,
            );
          }
        }
      });
    }

    if (ofOp.some((sample) => sample.smooth)) {
      it('has the gradient that finite differences have', () => {
        for (const sample of ofOp.filter((s) => s.smooth)) {
          const made = results(def, sample);
          const precisely = (point: readonly Doubles[]) => inDoubles(def, point, sample.attrs, made);
          gradientsOf(def, sample).forEach((g, i) => {
            if (sample.args[i]!.dtype !== 'float32') return;
            const point = sample.args.map(toDoubles);
            const measured = byDifferences(precisely, point, cotangentsOf(made), i);
            const ruled = g === null ? new Float32Array(measured.length) : flatData(g.requireView());
            expectClose(ruled, measured, 2 ** -19, `${sample.about}, operand ${i}`);
          });
        }
      });
    }
  });
}

function results(def: OpDef, { args, attrs, regions = [] }: Sample): readonly NdView[] {
  return bind(def, tensors(args), attrs, regions).map((y) => y.requireView());
}

/** `func @name(operands) { return op operands }`. */
function oneInstruction(def: OpDef, { args, attrs, regions = [] }: Sample): Func {
  const builder = new Builder();
  const params = args.map(({ dtype, shape }) => builder.param({ dtype, shape }));
  const func = builder.finish(def.name, builder.emit(def, params, attrs, regions));
  verify(func);
  return func;
}

/** The cotangents of a sample's operands, `by` some way to run a function. */
function gradientsOf(
  def: OpDef,
  sample: Sample,
  by: (f: ReturnType<typeof rule>) => ReturnType<typeof rule> = (f) => f,
): readonly (Tensor | null)[] {
  return by(rule(def, sample))(tensors(sample.args), tensors(cotangentsOf(results(def, sample))));
}

function viewsOf(gradients: readonly (Tensor | null)[]): NdView[] {
  return gradients.flatMap((g) => (g === null ? [] : [g.requireView()]));
}

/** Can doubles be compared with float32? Where nothing overflows, and nothing stands at a jump; integers and bools always. */
function isComparable({ args, smooth }: Sample): boolean {
  return smooth || args.every((x) => x.dtype !== 'float32');
}

/** What is wrong with the storage of a result: a wrong array, an element outside it, a bool that is neither 0 nor 1. */
function storageProblem({ dtype, shape, strides, offset, data }: NdView): string | undefined {
  const kind = { float32: Float32Array, int32: Int32Array, bool: Uint8Array }[dtype];
  if (!(data instanceof kind)) return `${dtype} stored in ${data.constructor.name}`;
  if (strides.length !== shape.length) return `${strides.length} strides for rank ${shape.length}`;
  if (shape.includes(0)) return undefined;
  const ends = shape.map((size, axis) => (size - 1) * strides[axis]!);
  const lowest = ends.reduce((at, end) => at + Math.min(end, 0), offset);
  const highest = ends.reduce((at, end) => at + Math.max(end, 0), offset);
  if (lowest < 0 || highest >= data.length) return `elements ${lowest} … ${highest} of ${data.length}`;
  if (dtype === 'bool' && data.some((b) => b > 1)) return 'a bool that is neither 0 nor 1';
  return undefined;
}
