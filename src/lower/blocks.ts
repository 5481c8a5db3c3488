// What a function becomes before its memory is planned: kernels and control flow in program order. A block is a list of them.
import type { Value } from '../ir/func.ts';
import type { Unit } from './kernels.ts';
import type { Effect } from './program.ts';

export type Node =
  | { readonly kind: 'unit'; readonly unit: Unit }
  | { readonly kind: 'effect'; readonly effect: Effect; readonly args: readonly Value[] }
  /** Runs one block, whose results become those of the node. `selector` as in the op `if`. */
  | {
      readonly kind: 'if';
      readonly selector: Value;
      readonly branches: readonly Block[];
      readonly results: readonly Value[];
    }
  /** Repeats `body` while the result of `cond` is true. */
  | {
      readonly kind: 'while';
      readonly carries: readonly Carry[];
      readonly cond: Block;
      readonly body: Block;
    };

/** Parameters of branches, constants of loops, and results of loops are other names (aliases) of operands and carries. */
export interface Block {
  readonly nodes: readonly Node[];
  readonly results: readonly Value[];
}

/** A place that lasts through a loop: what it holds at first, and after each round. */
export interface Carry {
  /** The parameter of the body, which stands for the place. */
  readonly place: Value;
  readonly first: Value;
  readonly next: Value;
}

/** What is to be placed. */
export interface Plan {
  readonly name: string;
  readonly params: readonly Value[];
  /** Its results are those of the program. */
  readonly block: Block;
  /** Values that are the memory of another value, mostly under another shape. */
  readonly aliases: ReadonlyMap<Value, Value>;
  readonly constants: ReadonlyMap<Value, readonly number[]>;
  /** Parameters whose memory may be reused. */
  readonly donated: ReadonlySet<number>;
}

/** The value whose memory a value is. */
export function rootOf(value: Value, aliases: ReadonlyMap<Value, Value>): Value {
  let root = value;
  for (let next = aliases.get(root); next !== undefined; next = aliases.get(root)) root = next;
  return root;
}
