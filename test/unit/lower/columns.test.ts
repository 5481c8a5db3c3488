// Reductions over leading axes give the bits of eager mode, row by row as well: lanes and blocks are those of ir/order.ts.
import { describe, expect, it } from 'vitest';
import { expectText, lowered, read } from './run.ts';

/** Two sums with a prologue, of which one has an epilogue. */
function columnsText(rows: readonly number[], columns: readonly number[]): string {
  const [full, few] = [[...rows, ...columns].join(), columns.join()];
  const axes = rows.map((_, i) => i).join();
  const type = `f32[${full}]`;
  return `func @columns(%0: ${type}, %1: ${type}, %2: f32[${few}]) {
    %3, %4, %5 = fusion %0, %1, %2 {kind="reduce"} : f32[${few}], f32[${few}], f32[${few}] {
      func (%0: ${type}, %1: ${type}, %2: f32[${few}]) {
        %3 = mul %0, %1 : ${type}
        %4 = sum %3 {axes=[${axes}]} : f32[${few}]
        %5 = max %0 {axes=[${axes}]} : f32[${few}]
        %6 = prod %1 {axes=[${axes}]} : f32[${few}]
        %7 = add %4, %2 : f32[${few}]
        return %7, %5, %6
      }
    }
    return %3, %4, %5
  }`;
}

describe('columns', () => {
  it.each([
    [[32], [32]],
    [[45], [33]],
    [[100], [6, 7]],
    [[8, 9], [40]],
    [[1024], [36]],
    [[1025], [32]],
    [[2100], [35]],
  ])('%j reduced to %j', (rows, columns) => expectText(columnsText(rows, columns)));

  it('have accumulators in scratch memory where there are enough of them', () => {
    const scratch = (rows: number, columns: number): readonly string[] =>
      lowered(read(columnsText([rows], [columns])), [], 'wasm').steps.flatMap((s) =>
        s.kind === 'run' ? s.kernel.buffers.filter((b) => b.role === 'scratch').map((b) => b.name) : [],
      );
    expect(scratch(64, 64)).toEqual(['lanes0', 'lanes1', 'lanes2']);
    expect(scratch(2000, 64)).toEqual(['lanes0', 'total0', 'lanes1', 'total1', 'lanes2', 'total2']);
    expect(scratch(64, 10)).toEqual([]);
    expect(scratch(10, 64)).toEqual([]);
  });
});
