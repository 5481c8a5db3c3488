// The memory plan: what lives at the same time lies apart, dying operands and donated inputs are written over, errors leave inputs intact.
import { describe, expect, it } from 'vitest';
import { flatData } from '../../../src/array/nd.ts';
import { locate } from '../../../src/codegen/memory.ts';
import { type Func, type Instr, instr, param, type Value } from '../../../src/ir/func.ts';
import { alignment, allocateOffsets } from '../../../src/lower/arena.ts';
import type { Program } from '../../../src/lower/program.ts';
import { registry } from '../../../src/ops/index.ts';
import { ArgumentError } from '../../../src/util/errors.ts';
import { seeded } from '../../../src/util/rng.ts';
import { f32, i32 } from '../../ops/samples/sample.ts';
import { engines, execute, expectSame, lowered, randomArgs, read } from './run.ts';

/** The kinds of memory of the results: `input 0`, `output 1`. */
function places(program: Program): string[] {
  const located = locate(program);
  return program.outputs.map((slot) => {
    const { memory } = located.get(slot)!;
    return 'index' in memory ? `${memory.kind} ${memory.index}` : memory.kind;
  });
}

describe('the arena', () => {
  it('keeps apart what lives at the same time', () => {
    const random = seeded(7);
    for (let round = 0; round < 300; round++) {
      const pieces = Array.from({ length: 1 + Math.floor(random() * 25) }, () => {
        const first = Math.floor(random() * 20);
        return {
          first,
          last: first + Math.floor(random() * 6),
          bytes: random() < 0.1 ? 0 : Math.floor(random() * 900),
        };
      });
      const { offsets, bytes } = allocateOffsets(pieces);
      pieces.forEach((a, i) => {
        expect(offsets[i]! % alignment).toBe(0);
        expect(offsets[i]! + a.bytes).toBeLessThanOrEqual(bytes);
        pieces.slice(0, i).forEach((b, j) => {
          const together = a.first <= b.last && b.first <= a.last && a.bytes > 0 && b.bytes > 0;
          const apart = offsets[i]! + a.bytes <= offsets[j]! || offsets[j]! + b.bytes <= offsets[i]!;
          expect(!together || apart).toBe(true);
        });
      });
    }
  });

  it('reuses the memory of what is dead', () => {
    const chain = Array.from({ length: 10 }, (_, i) => ({ first: i, last: i + 1, bytes: 64 }));
    expect(allocateOffsets(chain).bytes).toBe(128);
  });

  it('takes the tightest gap', () => {
    const { offsets } = allocateOffsets([
      { first: 0, last: 1, bytes: 640 },
      { first: 0, last: 9, bytes: 512 },
      { first: 0, last: 1, bytes: 256 },
      { first: 0, last: 9, bytes: 192 },
      { first: 2, last: 9, bytes: 128 },
    ]);
    expect(offsets).toEqual([0, 640, 1152, 1408, 1152]);
  });
});

/** A random function of elementwise ops, transposes, reshapes and sums over few shapes, that uses parameters late and results twice. */
function randomFunc(seed: number): Func {
  const random = seeded(seed);
  const int = (n: number): number => Math.floor(random() * n);
  const type = (shape: readonly number[]) => ({ dtype: 'float32' as const, shape });
  const params = Array.from({ length: 1 + int(4) }, () => param(type(random() < 0.8 ? [3, 4] : [4, 3])));
  const values: Value[] = [...params];
  const body: Instr[] = [];
  const apply = (name: string, args: readonly Value[], attrs: unknown = {}): void => {
    const made = instr(registry.get(name)!, args, attrs);
    body.push(made);
    values.push(...made.results);
  };
  for (let i = 0; i < 3 + int(12); i++) {
    const x = values[int(values.length)]!;
    const same = values.filter((v) => v.type.shape.join() === x.type.shape.join());
    const y = same[int(same.length)]!;
    const rank2 = x.type.shape.length === 2;
    const choice = int(6);
    if (choice < 2) apply('neg', [x]);
    else if (choice < 4) apply('add', [x, y]);
    else if (choice === 4 && rank2) {
      if (random() < 0.5) apply('transpose', [x], { perm: [1, 0] });
      else apply('reshape', [x], { shape: [...x.type.shape].reverse() });
    } else if (rank2) apply('sum', [x], { axes: [0] });
  }
  const results = Array.from({ length: 1 + int(5) }, () => values[int(values.length)]!);
  return { name: `random_${seed}`, params, body, results };
}

describe('programs', () => {
  it('compute the same wherever values live, with every choice of donated inputs', () => {
    for (let seed = 0; seed < 150; seed++) {
      const func = randomFunc(seed);
      const args = randomArgs(
        func.params.map((p) => p.type),
        seed,
      );
      const donated = func.params.map((_, i) => i).filter((i) => (seed >> i) % 2 === 1);
      expectSame(func, args, donated);
    }
  });

  it('return inputs as they are, also reshaped and twice', () => {
    const program = lowered(
      read(`func @same(%0: f32[2,3]) {
        %1 = reshape %0 {shape=[6]} : f32[6]
        return %0, %1, %0
      }`),
      [0],
    );
    expect(program.steps).toEqual([]);
    expect(places(program)).toEqual(['input 0', 'input 0', 'input 0']);
  });

  it('give constants as copies', () => {
    const func = read(`func @constants() {
      %0 = constant {data=[1,2,3], dtype=f32, shape=[3]} : f32[3]
      %1 = constant {data=[7], dtype=i32, shape=[2]} : i32[2]
      %2 = reshape %0 {shape=[1,3]} : f32[1,3]
      return %0, %1, %2
    }`);
    expectSame(func, []);
    expect(places(lowered(func))).toEqual(['output 0', 'output 1', 'output 2']);
  });

  it('write a chain of elementwise kernels over itself, into the result', () => {
    const program = lowered(
      read(`func @chain(%0: f32[8]) {
        %1 = exp %0 : f32[8]
        %2 = neg %1 : f32[8]
        %3 = sin %2 : f32[8]
        return %3
      }`),
    );
    expect(program.arenaBytes).toBe(0);
    expect(program.slots.map((s) => s.place.kind)).toEqual(['input', 'output']);
  });
});

describe('a branch in a loop', () => {
  // The value that the branch makes waits in memory of its own until the one it replaces has been handed over.
  it('hands over results that nobody reads, and nothing else is in their place', () => {
    const func = read(`func @f(%0: i32[], %1: f32[3]) {
      %2, %3 = while %0, %1 : i32[], f32[3] {
        func (%0: i32[], %1: f32[3]) {
          %2 = constant {data=[0], dtype=i32, shape=[]} : i32[]
          %3 = greater %0, %2 : bool[]
          return %3
        }
        func (%0: i32[], %1: f32[3]) {
          %2 = constant {data=[1], dtype=i32, shape=[]} : i32[]
          %3 = sub %0, %2 : i32[]
          %4 = greater %3, %2 : bool[]
          %5, %6 = if %4, %1 : f32[3], f32[3] {
            func (%0: f32[3]) {
              return %0, %0
            }
            func (%0: f32[3]) {
              %1 = sin %0 : f32[3]
              return %0, %1
            }
          }
          return %3, %6
        }
      }
      return %3
    }`);
    expectSame(func, [i32([], [3]), f32([3], [1, 2, 3])]);
  });
});

describe('donated inputs', () => {
  const update = `func @update(%0: f32[8], %1: f32[8]) {
    %2 = sub %0, %1 : f32[8]
    return %2
  }`;
  it('are written over by results', () => {
    expect(places(lowered(read(update), [0]))).toEqual(['input 0']);
    expect(places(lowered(read(update), [1]))).toEqual(['input 1']);
    expect(places(lowered(read(update)))).toEqual(['output 0']);
  });

  it('are not, where a later step reads them', () => {
    const func = read(`func @late(%0: f32[2,4]) {
      %1 = neg %0 : f32[2,4]
      %2 = sum %0 {axes=[1]} : f32[2]
      return %1, %2
    }`);
    expect(places(lowered(func, [0]))).toEqual(['output 0', 'output 1']);
  });

  it('are not, where another element is still to be read', () => {
    const func = read(`func @turned(%0: f32[4,4]) {
      %1 = fusion %0 {kind="map"} : f32[4,4] {
        func (%0: f32[4,4]) {
          %1 = transpose %0 {perm=[1,0]} : f32[4,4]
          %2 = add %0, %1 : f32[4,4]
          return %2
        }
      }
      return %1
    }`);
    expect(places(lowered(func, [0]))).toEqual(['output 0']);
  });

  it('take a later result of their type once they are dead', () => {
    const func = read(`func @dead(%0: f32[4,4]) {
      %1 = transpose %0 {perm=[1,0]} : f32[4,4]
      %2 = sum %1 {axes=[0]} : f32[4]
      %3 = broadcast %2 {shape=[4,4], axes=[0]} : f32[4,4]
      return %3
    }`);
    expect(places(lowered(func, [0]))).toEqual(['input 0']);
  });

  it('are not touched until the last assertion has passed', () => {
    const func = read(`func @checked(%0: f32[4], %1: i32[2]) {
      %2 = neg %0 : f32[4]
      %3 = gather %2, %1 {axis=0} : f32[2]
      %4 = exp %2 : f32[4]
      return %2, %3, %4
    }`);
    const program = lowered(func, [0]);
    expect(places(program)).toEqual(['output 0', 'output 1', 'input 0']);
    for (const engine of Object.values(engines)) {
      const x = Float32Array.of(1, 2, 3, 4);
      expect(() => execute(program, engine, [x, Int32Array.of(0, 4)])).toThrow(ArgumentError);
      expect(x).toEqual(Float32Array.of(1, 2, 3, 4));
    }
  });

  it('that are returned themselves stay', () => {
    const func = read(`func @kept(%0: f32[8]) {
      %1 = neg %0 : f32[8]
      return %1, %0
    }`);
    expect(places(lowered(func, [0]))).toEqual(['output 0', 'input 0']);
  });
});

describe('assertions', () => {
  it('hold for every element an op needs, also where a select takes another', () => {
    const func = read(`func @selected(%0: f32[4], %1: i32[3], %2: bool[3], %3: f32[3]) {
      %4 = fusion %0, %1, %2, %3 {kind="map"} : f32[3] {
        func (%0: f32[4], %1: i32[3], %2: bool[3], %3: f32[3]) {
          %4 = gather %0, %1 {axis=0} : f32[3]
          %5 = select %2, %4, %3 : f32[3]
          return %5
        }
      }
      return %4
    }`);
    const inputs = [
      Float32Array.of(1, 2, 3, 4),
      Int32Array.of(0, 9, 1),
      Uint8Array.of(1, 0, 1),
      new Float32Array(3),
    ];
    for (const engine of Object.values(engines))
      expect(() => execute(lowered(func), engine, inputs)).toThrow(/index is out of bounds/);
    expectSame(func, [
      ...randomArgs(func.params.map((p) => p.type)).with(1, {
        dtype: 'int32',
        shape: [3],
        data: Int32Array.of(0, -4, 3),
        strides: [1],
        offset: 0,
      }),
    ]);
  });

  it('inside padding and reductions are asked only where they are read', () => {
    const func = read(`func @guarded(%0: f32[4,2], %1: i32[3]) {
      %2 = fusion %0, %1 {kind="reduce"} : f32[4] {
        func (%0: f32[4,2], %1: i32[3]) {
          %2 = gather %0, %1 {axis=0} : f32[3,2]
          %3 = pad %2 {lo=[1,0], hi=[0,1], interior=[0,0], value=2} : f32[4,3]
          %4 = mul %3, %3 : f32[4,3]
          %5 = sum %4 {axes=[1]} : f32[4]
          return %5
        }
      }
      return %2
    }`);
    const [x] = randomArgs([{ dtype: 'float32', shape: [4, 2] }]);
    const indices = (...at: number[]) => ({
      dtype: 'int32' as const,
      shape: [3],
      data: Int32Array.of(...at),
      strides: [1],
      offset: 0,
    });
    expectSame(func, [x!, indices(3, -1, 0)]);
    for (const engine of Object.values(engines))
      expect(() => execute(lowered(func), engine, [flatData(x!), Int32Array.of(0, 1, 7)])).toThrow(
        ArgumentError,
      );
  });
});
