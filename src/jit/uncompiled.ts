// A jitted function run as what it was written as: where compiling is switched off, and where compiled code would not see all that the function sees.
import { isTensor, lift } from '../ops/coerce.ts';
import { flatten, unflatten } from '../trace/tree.ts';
import { withWrittenPlaces } from '../util/location.ts';
import type { Settings } from './options.ts';

/** Numbers become tensors here too, so that a function sees the same kinds of arguments whether it is compiled or not. */
export function runUncompiled(
  f: (...args: never[]) => unknown,
  args: readonly unknown[],
  { isStatic, name }: Settings,
): unknown {
  const { tree, leaves } = flatten(args, 'args', isStatic);
  const given = unflatten(
    tree,
    leaves.map((x) => (isTensor(x) ? x : lift(x, name))),
  ) as never[];
  return withWrittenPlaces(() => f(...given));
}
