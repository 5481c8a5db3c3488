// Which loops of a nest may run four iterations at once, for executors with vectors: the innermost loops over elements, where memory is met in order.
import type { Expr, Stmt } from '../loop/kernel.ts';
import { linearOf } from '../loop/linear.ts';
import { visitExprs } from '../loop/visit.ts';

const lanes = 4;

/** The statements of a nest whose loops are independent iterations over elements, with `lanes` where it pays. */
export function withLanes(body: readonly Stmt[]): readonly Stmt[] {
  return body.map((s) => {
    if (s.kind !== 'for') return s;
    if (s.body.some((inner) => inner.kind === 'for')) return { ...s, body: withLanes(s.body) };
    return s.extent >= lanes && pays(s) ? { ...s, lanes } : s;
  });
}

/** Does it compute four reductions at once? */
export function reducesInLanes(s: Stmt): boolean {
  if (s.kind !== 'for') return false;
  return (s.lanes !== undefined && reductionsIn(s.body).length > 0) || s.body.some(reducesInLanes);
}

type Reduce = Extract<Stmt, { readonly kind: 'reduce' }>;

/** A reduction has lanes of its own along its axis: there the loads of fewer elements that are apart decide. */
function pays(s: Extract<Stmt, { readonly kind: 'for' }>): boolean {
  const reductions = reductionsIn(s.body);
  if (reductions.length === 0) return true;
  let [apartHere, apartInside] = [0, 0];
  for (const reduce of reductions) {
    const count = (e: Expr): void => {
      if (e.kind !== 'load') return;
      if (!isClose(e.index, s.index)) apartHere++;
      if (!isClose(e.index, reduce.index)) apartInside++;
    };
    visitExprs(reduce.body, count);
    visitExprs(reduce.value, count);
  }
  return apartHere < apartInside;
}

function reductionsIn(body: readonly Stmt[]): readonly Reduce[] {
  return body.flatMap((s) => {
    if (s.kind === 'reduce') return [s, ...reductionsIn(s.body)];
    return s.kind === 'if' ? [...reductionsIn(s.then), ...reductionsIn(s.otherwise)] : [];
  });
}

/** Do consecutive values of `name` read the same or consecutive elements? */
function isClose(index: Expr, name: string): boolean {
  return linearOf(index).terms.every(({ atom, times }) => {
    if (atom.kind === 'local') return atom.name !== name || times === 1;
    let mentioned = false;
    visitExprs(atom, (e) => {
      if (e.kind === 'local') mentioned ||= e.name === name;
    });
    return !mentioned;
  });
}
