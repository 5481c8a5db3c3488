// The oracle: runs a Func by the reference kernels of its ops. Slow and trustworthy; regions of `call` and `fusion` mean what it says.
import type { NdView } from '../array/nd.ts';
import type { Func, Value } from '../ir/func.ts';
import { invariant } from '../util/errors.ts';
import { defOf } from './opdef.ts';

export function evaluate(func: Func, args: readonly NdView[]): readonly NdView[] {
  invariant(
    args.length === func.params.length,
    `@${func.name} takes ${func.params.length} arguments, got ${args.length}`,
  );
  const env = new Map<Value, NdView>();
  func.params.forEach((p, i) => env.set(p, args[i]!));
  for (const instr of func.body) {
    const results = defOf(instr).eval(
      instr.args.map((a) => env.get(a)!),
      { attrs: instr.attrs, regions: instr.regions, types: instr.results.map((r) => r.type) },
    );
    instr.results.forEach((r, i) => env.set(r, results[i]!));
  }
  return func.results.map((r) => env.get(r)!);
}
