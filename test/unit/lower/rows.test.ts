// Fusions of rows give the bits of eager mode: any length of row, one row or many, several axes, results of both kinds.
import { describe, it } from 'vitest';
import { expectText } from './run.ts';

/** Softmax, its reductions and a gradient over the last axes of a shape; `params` broadcast along its rows. */
function rowsText(leading: readonly number[], columns: readonly number[]): string {
  const [full, few] = [[...leading, ...columns].join(), leading.join()];
  const last = columns.map((_, i) => leading.length + i).join();
  const back = `{shape=[${full}], axes=[${leading.map((_, i) => i).join()}]}`;
  return `func @rows(%0: f32[${full}], %1: f32[${full}], %2: f32[${columns.join()}]) {
    %3, %4, %5, %6 = fusion %0, %1, %2 {kind="rows"} : f32[${full}], f32[${few}], f32[${full}], f32[${few}] {
      func (%0: f32[${full}], %1: f32[${full}], %2: f32[${columns.join()}]) {
        %3 = broadcast %2 {shape=[${full}], axes=[${last}]} : f32[${full}]
        %4 = mul %0, %3 : f32[${full}]
        %5 = max %4 {axes=[${last}]} : f32[${few}]
        %6 = broadcast %5 ${back} : f32[${full}]
        %7 = sub %4, %6 : f32[${full}]
        %8 = exp %7 : f32[${full}]
        %9 = sum %8 {axes=[${last}]} : f32[${few}]
        %10 = broadcast %9 ${back} : f32[${full}]
        %11 = div %8, %10 : f32[${full}]
        %12 = mul %11, %1 : f32[${full}]
        %13 = sum %12 {axes=[${last}]} : f32[${few}]
        %14 = mul %13, %9 : f32[${few}]
        %15 = broadcast %14 ${back} : f32[${full}]
        %16 = sub %1, %15 : f32[${full}]
        %17 = tanh %16 : f32[${full}]
        return %17, %13, %11, %5
      }
    }
    return %3, %4, %5, %6
  }`;
}

describe('rows', () => {
  it.each([
    [[5], [2]],
    [[3], [10]],
    [[1], [37]],
    [[], [41]],
    [[2, 3], [16]],
    [[3], [4, 5]],
    [[2], [1027]],
  ])('%j of %j', (leading, columns) => expectText(rowsText(leading, columns)));

  it('of what depends on nothing but the row', () =>
    expectText(`func @rows(%0: f32[3,8], %1: f32[3]) {
      %2 = fusion %0, %1 {kind="rows"} : f32[3,8] {
        func (%0: f32[3,8], %1: f32[3]) {
          %2 = exp %1 : f32[3]
          %3 = reshape %2 {shape=[3,1]} : f32[3,1]
          %4 = broadcast %3 {shape=[3,8], axes=[0,1]} : f32[3,8]
          %5 = mul %0, %4 : f32[3,8]
          %6 = sum %5 {axes=[1]} : f32[3]
          %7 = broadcast %6 {shape=[3,8], axes=[0]} : f32[3,8]
          %8 = div %5, %7 : f32[3,8]
          return %8
        }
      }
      return %2
    }`));
});
