// Addresses of elements: what an index adds to the address of its buffer, outer loops first, so that engines keep what inner loops do not change.
import { type Interval, rangeOf } from '../../loop/interval.ts';
import type { Expr } from '../../loop/kernel.ts';
import { type Linear, linearOf, type Term } from '../../loop/linear.ts';
import { visitExprs } from '../../loop/visit.ts';
import { type Base, baseOf, bindingOf, type Context, varies } from './context.ts';

const bytesPer = { f32: 4, f64: 8, i32: 4, bool: 1 } as const;

/** Leaves the value of an expression on the stack. */
type Emit = (e: Expr, context: Context) => void;

/**
 * Leaves the address of an element on the stack and returns the constant that a load or store there adds to it. `emit` is for the parts of an index that
 * are no sums: how they are computed is a matter of expressions, which know of addresses.
 */
export function emitAddressBy(emit: Emit, buffer: string, index: Expr, context: Context): number {
  return emitElement(emit, baseOf(buffer, context), resolved(linearOf(index), context), context);
}

/** How far apart the elements of four iterations are: a number of elements, or null where it is not the same from each to the next. */
export function strideOf(index: Expr, context: Context): number | null {
  let stride = 0;
  for (const { atom, times } of linearOf(index).terms) {
    if (!varies(atom, context)) continue;
    if (atom.kind !== 'local' || bindingOf(atom.name, context).kind !== 'lanes') return null;
    stride = times;
  }
  return stride;
}

// What is known of names goes into the constant.
function resolved({ constant, terms }: Linear, context: Context): Linear {
  let sum = constant;
  const rest: Term[] = [];
  for (const term of terms) {
    const { atom, times } = term;
    const binding = atom.kind === 'local' ? bindingOf(atom.name, context) : null;
    if (binding?.kind === 'scalar') sum += binding.plus * times;
    if (binding?.kind === 'lanes') sum += (binding.plus + context.lane) * times;
    rest.push(term);
  }
  return { constant: sum | 0, terms: rest };
}

function emitElement(
  emit: Emit,
  { local, type }: Base,
  { constant, terms }: Linear,
  context: Context,
): number {
  const { code } = context;
  const bytes = bytesPer[type];
  code.get(local);
  const depths = new Map(terms.map((t) => [t, innermost(t.atom, context)]));
  for (const term of [...terms].sort((a, b) => depths.get(a)! - depths.get(b)!)) {
    emitAtom(emit, term.atom, context);
    const scale = Math.imul(term.times, bytes);
    const shift = Math.log2(scale);
    if (scale > 1 && Number.isInteger(shift)) {
      code.i32(shift);
      code.op('i32.shl');
    } else if (scale !== 1) {
      code.i32(scale);
      code.op('i32.mul');
    }
    code.op('i32.add');
  }
  if (constant >= 0 && lowest(terms, context) >= 0) return constant * bytes;
  // The sum of the rest may lie before the buffer: only together with the constant is it an address.
  code.i32(Math.imul(constant, bytes));
  code.op('i32.add');
  return 0;
}

// Without what `resolved` has added to the constant.
function emitAtom(emit: Emit, atom: Expr, context: Context): void {
  const binding = atom.kind === 'local' ? bindingOf(atom.name, context) : null;
  if (binding?.kind === 'scalar' || binding?.kind === 'lanes') context.code.get(binding.local);
  else emit(atom, context);
}

// Locals are numbered from the outside in.
function innermost(e: Expr, context: Context): number {
  let most = 0;
  visitExprs(e, (x) => {
    const binding = x.kind === 'local' ? bindingOf(x.name, context) : null;
    if (binding !== null && 'local' in binding) most = Math.max(most, binding.local);
  });
  return most;
}

function lowest(terms: readonly Term[], { ranges }: Context): number {
  return terms.reduce((sum, { atom, times }) => {
    const { low, high }: Interval = rangeOf(atom, ranges);
    return sum + (times > 0 ? low : high) * times;
  }, 0);
}

/** Is every element of this load inside its buffer, whatever conditions hold? */
export function isInside(load: Extract<Expr, { readonly kind: 'load' }>, context: Context): boolean {
  const { low, high } = rangeOf(load.index, context.ranges);
  return low >= 0 && high < baseOf(load.buffer, context).size;
}
