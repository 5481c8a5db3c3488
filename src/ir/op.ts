// All that the IR room knows of an op: what the printer, parser and verifier need.
import type { AttrSchema } from './attrs.ts';
import type { Func } from './func.ts';
import type { TensorType } from './types.ts';

// `any` is the variance escape: a list of ops with different attribute types needs one element type.
// biome-ignore lint/suspicious/noExplicitAny: see above
export interface OpSig<A = any> {
  /** Snake case, unique in the registry. */
  readonly name: string;
  readonly attrs: AttrSchema<A>;
  /** The shape rule. Throws a ShapeError, DTypeError or AxisError that names the op and the shapes. */
  infer(args: readonly TensorType[], attrs: A, regions: readonly Func[]): readonly TensorType[];
  /** Absent: pure. */
  readonly effect?: 'print' | 'check';
}
