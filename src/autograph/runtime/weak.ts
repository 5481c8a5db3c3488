// Numbers that became tensors because a staged loop or branch changes them. Like the numbers they were, they take the dtype of what they meet.
import { isTensor } from '../../ops/coerce.ts';
import type { Tensor } from '../../tensor/tensor.ts';

const weak = new WeakSet<Tensor>();

export function isWeak(x: unknown): boolean {
  return typeof x === 'number' || typeof x === 'boolean' || (isTensor(x) && weak.has(x));
}

export function weaken<T>(x: T): T {
  if (isTensor(x)) weak.add(x);
  return x;
}

/** A number that int32 holds exactly, as a counter does. */
export function isWhole(x: number): boolean {
  return Number.isInteger(x) && !Object.is(x, -0) && x >= -(2 ** 31) && x < 2 ** 31;
}
