// What may not leave its place: loads behind the condition that keeps them inside their buffer, values behind the assertion on their index.
import { describe, it } from 'vitest';
import { f32, i32 } from '../../ops/samples/sample.ts';
import { expectSame, expectText, read } from './run.ts';

describe('guards', () => {
  it('a padded element is not read before the innermost loop says that it exists', () => {
    expectText(`func @f(%0: f32[1,2,3]) {
      %1 = pad %0 {lo=[1, 1, 0], hi=[0, 1, 1], interior=[0, 0, 1], value=-0.5} : f32[2,4,6]
      return %1
    }`);
  });

  it('an element that is the same for every index waits for the index to be checked', () => {
    const func = read(`func @f(%0: f32[1], %1: i32[3]) {
      %2 = fusion %0, %1 {kind="map"} : f32[3] {
        func (%0: f32[1], %1: i32[3]) {
          %2 = broadcast %0 {shape=[2], axes=[0]} : f32[2]
          %3 = gather %2, %1 {axis=0} : f32[3]
          %4 = mul %3, %3 : f32[3]
          return %4
        }
      }
      return %2
    }`);
    expectSame(func, [f32([1], [3]), i32([3], [1, -2, 0])]);
  });
});
