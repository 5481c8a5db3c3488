// Fusions of every kind give the bits of eager mode, whatever loops they become.
import { describe, expect, it } from 'vitest';
import { flatData } from '../../../src/array/nd.ts';
import { lower } from '../../../src/lower/lower.ts';
import { evaluate } from '../../../src/ops/evaluate.ts';
import { floats } from '../../ops/samples/sample.ts';
import { engines, execute, expectText, read } from './run.ts';

describe('map', () => {
  it('shares what is used more than once', () => {
    // Thirty doublings: repeated text would have 2^30 additions.
    const chain = Array.from({ length: 30 }, (_, i) => `%${i + 1} = add %${i}, %${i} : f32[5]`).join('\n');
    expectText(`func @doublings(%0: f32[5]) {
      %1 = fusion %0 {kind="map"} : f32[5] {
        func (%0: f32[5]) { ${chain} return %30 }
      }
      return %1
    }`);
  });

  it('broadcasts rows and columns', () => {
    expectText(`func @rows_and_columns(%0: f32[4,6], %1: f32[6], %2: f32[4,1]) {
      %3, %4 = fusion %0, %1, %2 {kind="map"} : f32[4,6], f32[4,6] {
        func (%0: f32[4,6], %1: f32[6], %2: f32[4,1]) {
          %3 = broadcast %1 {shape=[4,6], axes=[1]} : f32[4,6]
          %4 = add %0, %3 : f32[4,6]
          %5 = exp %2 : f32[4,1]
          %6 = broadcast %5 {shape=[4,6], axes=[0,1]} : f32[4,6]
          %7 = mul %4, %6 : f32[4,6]
          return %7, %4
        }
      }
      return %3, %4
    }`);
  });

  it('reshapes between shapes that divide each other, and that do not', () => {
    for (const [shape, last] of [
      ['4,6', 'axes=[1]'],
      ['6,4', 'axes=[1]'],
      ['2,2,6', 'axes=[2]'],
    ] as const) {
      const size = shape.split(',').at(-1);
      expectText(`func @reshaped(%0: f32[8,3], %1: f32[${size}]) {
        %2 = fusion %0, %1 {kind="map"} : f32[8,3] {
          func (%0: f32[8,3], %1: f32[${size}]) {
            %2 = transpose %0 {perm=[1,0]} : f32[3,8]
            %3 = reshape %2 {shape=[${shape}]} : f32[${shape}]
            %4 = broadcast %1 {shape=[${shape}], ${last}} : f32[${shape}]
            %5 = add %3, %4 : f32[${shape}]
            %6 = reshape %5 {shape=[8,3]} : f32[8,3]
            %7 = add %6, %0 : f32[8,3]
            return %7
          }
        }
        return %2
      }`);
    }
  });

  it('reads through padding within padding, and shares what is guarded', () => {
    expectText(`func @padded(%0: f32[3,4]) {
      %1 = fusion %0 {kind="map"} : f32[6,9] {
        func (%0: f32[3,4]) {
          %1 = exp %0 : f32[3,4]
          %2 = mul %1, %1 : f32[3,4]
          %3 = pad %2 {lo=[1,0], hi=[0,2], interior=[0,0], value=1.5} : f32[4,6]
          %4 = mul %3, %3 : f32[4,6]
          %5 = pad %4 {lo=[0,2], hi=[2,1], interior=[0,0], value=-2} : f32[6,9]
          %6 = mul %5, %5 : f32[6,9]
          return %6
        }
      }
      return %1
    }`);
  });

  it('concatenates with itself and slices what it joined', () => {
    expectText(`func @joined(%0: f32[3,4], %1: f32[2,4]) {
      %2 = fusion %0, %1 {kind="map"} : f32[6,2] {
        func (%0: f32[3,4], %1: f32[2,4]) {
          %2 = neg %0 : f32[3,4]
          %3 = concat %2, %1, %2 {axis=0} : f32[8,4]
          %4 = slice %3 {start=[1,0], limit=[7,4], stride=[1,2]} : f32[6,2]
          %5 = reverse %4 {axes=[0]} : f32[6,2]
          %6 = mul %4, %5 : f32[6,2]
          return %6
        }
      }
      return %2
    }`);
  });

  it('has results of one size in different shapes, and the same result twice', () => {
    expectText(`func @shapes(%0: f32[4,6]) {
      %1, %2, %3 = fusion %0 {kind="map"} : f32[4,6], f32[24], f32[4,6] {
        func (%0: f32[4,6]) {
          %1 = sin %0 : f32[4,6]
          %2 = reshape %1 {shape=[24]} : f32[24]
          %3 = neg %2 : f32[24]
          return %1, %3, %1
        }
      }
      return %1, %2, %3, %1
    }`);
  });

  it('computes on int32 and bool', () => {
    expectText(`func @integers(%0: i32[7], %1: bool[7]) {
      %2, %3 = fusion %0, %1 {kind="map"} : i32[7], bool[7] {
        func (%0: i32[7], %1: bool[7]) {
          %2 = mul %0, %0 : i32[7]
          %3 = iota {shape=[7], axis=0, dtype=i32} : i32[7]
          %4 = add %2, %3 : i32[7]
          %5 = less %4, %3 : bool[7]
          %6 = logical_and %5, %1 : bool[7]
          return %4, %6
        }
      }
      return %2, %3
    }`);
  });
});

describe('rows', () => {
  it('reads reductions of each row and of each column in one nest', () => {
    for (const axis of [0, 1])
      expectText(`func @normalised(%0: f32[5,7]) {
        %1 = fusion %0 {kind="map"} : f32[5,7] {
          func (%0: f32[5,7]) {
            %1 = max %0 {axes=[${axis}]} : f32[${axis === 0 ? 7 : 5}]
            %2 = broadcast %1 {shape=[5,7], axes=[${1 - axis}]} : f32[5,7]
            %3 = sub %0, %2 : f32[5,7]
            %4 = exp %3 : f32[5,7]
            %5 = sum %4 {axes=[${axis}]} : f32[${axis === 0 ? 7 : 5}]
            %6 = broadcast %5 {shape=[5,7], axes=[${1 - axis}]} : f32[5,7]
            %7 = div %4, %6 : f32[5,7]
            return %7
          }
        }
        return %1
      }`);
  });
});

describe('reduce', () => {
  it('of rows, columns, all and separated axes, with prologue and epilogue', () => {
    for (const [axes, shape] of [
      ['2', '5,6'],
      ['0', '6,7'],
      ['1', '5,7'],
      ['0,1,2', ''],
      ['0,2', '6'],
      ['0,1', '7'],
      ['1,2', '5'],
    ] as const) {
      expectText(`func @reduced(%0: f32[5,6,7], %1: f32[7], %2: f32[${shape}]) {
        %3, %4, %5 = fusion %0, %1, %2 {kind="reduce"} : f32[${shape}], f32[${shape}], f32[${shape}] {
          func (%0: f32[5,6,7], %1: f32[7], %2: f32[${shape}]) {
            %3 = broadcast %1 {shape=[5,6,7], axes=[2]} : f32[5,6,7]
            %4 = mul %0, %3 : f32[5,6,7]
            %5 = sum %4 {axes=[${axes}]} : f32[${shape}]
            %6 = max %0 {axes=[${axes}]} : f32[${shape}]
            %7 = sub %5, %6 : f32[${shape}]
            %8 = mul %7, %2 : f32[${shape}]
            return %8, %5, %6
          }
        }
        return %3, %4, %5
      }`);
    }
  });

  it('longer than a block of the fixed order', () => {
    expectText(`func @long(%0: f32[3,2500]) {
      %1 = fusion %0 {kind="reduce"} : f32[3] {
        func (%0: f32[3,2500]) {
          %1 = square %0 : f32[3,2500]
          %2 = sum %1 {axes=[1]} : f32[3]
          return %2
        }
      }
      return %1
    }`);
  });

  it('through padding and gathering', () => {
    expectText(`func @guarded(%0: f32[3,4]) {
      %1 = fusion %0 {kind="reduce"} : f32[6] {
        func (%0: f32[3,4]) {
          %1 = iota {shape=[6], axis=0, dtype=i32} : i32[6]
          %2 = iota {shape=[6], axis=0, dtype=i32} : i32[6]
          %3 = mul %1, %2 : i32[6]
          %4 = constant {data=[3], dtype=i32, shape=[6]} : i32[6]
          %5 = mod %3, %4 : i32[6]
          %6 = gather %0, %5 {axis=0} : f32[6,4]
          %7 = pad %6 {lo=[0,1], hi=[0,1], interior=[0,0], value=1} : f32[6,6]
          %8 = mul %7, %7 : f32[6,6]
          %9 = sum %8 {axes=[1]} : f32[6]
          return %9
        }
      }
      return %1
    }`);
  });

  it('of nothing', () => {
    expectText(`func @nothing(%0: f32[3,0], %1: i32[0]) {
      %2 = sum %0 {axes=[1]} : f32[3]
      %3 = prod %1 {axes=[0]} : i32[]
      %4 = neg %0 : f32[3,0]
      return %2, %3, %4
    }`);
  });
});

describe('contract', () => {
  const sizes = [1, 2, 3, 4, 5, 7, 33, 70];
  const product = (m: number, n: number, k: number, left: boolean, right: boolean): string => {
    const [a, b] = [left ? `${k},${m}` : `${m},${k}`, right ? `${n},${k}` : `${k},${n}`];
    return `func @product(%0: f32[${a}], %1: f32[${b}], %2: f32[${n}], %3: f32[${m},${n}]) {
      %4, %5 = fusion %0, %1, %2, %3 {kind="contract"} : f32[${m},${n}], f32[${m},${n}] {
        func (%0: f32[${a}], %1: f32[${b}], %2: f32[${n}], %3: f32[${m},${n}]) {
          %4 = dot_general %0, %1 {leftBatch=[], rightBatch=[], leftContract=[${left ? 0 : 1}], rightContract=[${right ? 1 : 0}]} : f32[${m},${n}]
          %5 = broadcast %2 {shape=[${m},${n}], axes=[1]} : f32[${m},${n}]
          %6 = add %4, %5 : f32[${m},${n}]
          %7 = mul %6, %3 : f32[${m},${n}]
          return %7, %4
        }
      }
      return %4, %5
    }`;
  };
  it('has tiles, remainders of tiles, and packed panels', () => {
    sizes.forEach((m, i) => {
      for (const n of sizes) {
        const k = sizes[(i * 3 + n) % sizes.length]!;
        expectText(product(m, n, k, (m + n) % 2 === 0, n % 3 === 0));
      }
    });
  });
  it('packs more rows than a block', () => {
    expectText(product(150, 35, 17, false, false));
    expectText(product(131, 34, 16, true, true));
  });
  it('of nothing is zero', () => {
    expectText(product(3, 2, 0, false, false));
    expectText(product(0, 2, 3, false, true));
  });
  it('has batches, several free and several contracted axes', () => {
    expectText(`func @general(%0: f32[2,5,3,4], %1: f32[4,2,6,3]) {
      %2 = dot_general %0, %1 {leftBatch=[0], rightBatch=[1], leftContract=[2,3], rightContract=[3,0]} : f32[2,5,6]
      %3 = dot_general %0, %0 {leftBatch=[2], rightBatch=[2], leftContract=[1], rightContract=[1]} : f32[3,2,4,2,4]
      return %2, %3
    }`);
  });
  it('reads views of operands and multiplies int32', () => {
    expectText(`func @views(%0: f32[3,40,5], %1: f32[40], %2: i32[40,33], %3: i32[33,40]) {
      %4 = fusion %0, %1 {kind="contract"} : f32[3,5,40] {
        func (%0: f32[3,40,5], %1: f32[40]) {
          %2 = transpose %0 {perm=[0,2,1]} : f32[3,5,40]
          %3 = broadcast %1 {shape=[3,40,40], axes=[2]} : f32[3,40,40]
          %4 = dot_general %2, %3 {leftBatch=[0], rightBatch=[0], leftContract=[2], rightContract=[1]} : f32[3,5,40]
          %5 = relu %4 : f32[3,5,40]
          return %5
        }
      }
      %5 = dot_general %2, %3 {leftBatch=[], rightBatch=[], leftContract=[1], rightContract=[0]} : i32[40,40]
      return %4, %5
    }`);
  });
});

describe('fast', () => {
  it('differs from strict by roundings only', () => {
    const func = read(`func @near(%0: f32[40,50], %1: f32[50,36], %2: f32[36]) {
      %3 = fusion %0, %1, %2 {kind="contract"} : f32[40,36] {
        func (%0: f32[40,50], %1: f32[50,36], %2: f32[36]) {
          %3 = dot_general %0, %1 {leftBatch=[], rightBatch=[], leftContract=[1], rightContract=[0]} : f32[40,36]
          %4 = broadcast %2 {shape=[40,36], axes=[1]} : f32[40,36]
          %5 = mul %3, %4 : f32[40,36]
          return %5
        }
      }
      %4 = sum %3 {axes=[0]} : f32[36]
      return %3, %4
    }`);
    // Positive operands: no cancellation, so every result is within some roundings.
    const args = [floats([40, 50], 1, 0.5, 1), floats([50, 36], 2, 0.5, 1), floats([36], 3, 0.5, 1)];
    const expected = evaluate(func, args).map((x) => flatData(x));
    const program = lower(func, { precision: 'fast' });
    for (const engine of Object.values(engines)) {
      const actual = execute(
        program,
        engine,
        args.map((a) => flatData(a).slice()),
      );
      actual.forEach((y, i) => {
        y.forEach((x, at) => {
          expect(Math.abs(x / expected[i]![at]! - 1)).toBeLessThan(1e-5);
        });
      });
    }
  });
});

describe('group', () => {
  it('runs maps of different sizes side by side', () => {
    expectText(`func @updates(%0: f32[4,3], %1: f32[5], %2: f32[4,3], %3: f32[]) {
      %4, %5 = fusion %0, %1, %2, %3 {kind="group"} : f32[4,3], f32[5] {
        func (%0: f32[4,3], %1: f32[5], %2: f32[4,3], %3: f32[]) {
          %4 = fusion %0, %2, %3 {kind="map"} : f32[4,3] {
            func (%0: f32[4,3], %1: f32[4,3], %2: f32[]) {
              %3 = broadcast %2 {shape=[4,3], axes=[]} : f32[4,3]
              %4 = mul %1, %3 : f32[4,3]
              %5 = sub %0, %4 : f32[4,3]
              return %5
            }
          }
          %5 = fusion %1, %3 {kind="map"} : f32[5] {
            func (%0: f32[5], %1: f32[]) {
              %2 = broadcast %1 {shape=[5], axes=[]} : f32[5]
              %3 = add %0, %2 : f32[5]
              return %3
            }
          }
          return %4, %5
        }
      }
      return %4, %5
    }`);
  });
});
