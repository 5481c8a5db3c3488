// Tidying: the same kernel, bit for bit, with less to compute. Knows the ranges of loop indices, so that most of the divisions and remainders that
// reshapes leave behind go away. Float arithmetic is only folded where all operands are constants.
import { unreachable } from '../util/errors.ts';
import { type Interval, indexRange, rangeOf } from './interval.ts';
import type { Expr, Kernel, Stmt } from './kernel.ts';
import { i32, when } from './make.ts';
import { namesBound } from './names.ts';
import { type Known, simplifyExpr } from './simplify-expr.ts';
import { visitExprs } from './visit.ts';

export function simplifyKernel(kernel: Kernel): Kernel {
  const bindings = new Map<string, number>();
  for (const name of namesBound(kernel.body)) bindings.set(name, (bindings.get(name) ?? 0) + 1);
  const scope = new Scope(new Map(), new Map(), bindings, varsOf(kernel.body));
  return { ...kernel, body: withoutUnused(scope.statements(kernel.body)) };
}

/** What is known at a place in the kernel. Grows as statements are simplified in order; inner scopes start from a copy. */
class Scope implements Known {
  readonly ranges: Map<string, Interval>;
  readonly values: Map<string, Expr>;
  /** How often each name is bound in the kernel: what is bound once may move to another scope. */
  readonly #bindings: ReadonlyMap<string, number>;
  readonly #vars: ReadonlySet<string>;

  constructor(
    ranges: ReadonlyMap<string, Interval>,
    values: ReadonlyMap<string, Expr>,
    bindings: ReadonlyMap<string, number>,
    vars: ReadonlySet<string>,
  ) {
    this.ranges = new Map(ranges);
    this.values = new Map(values);
    this.#bindings = bindings;
    this.#vars = vars;
  }

  inside(): Scope {
    return new Scope(this.ranges, this.values, this.#bindings, this.#vars);
  }

  statements(body: readonly Stmt[]): Stmt[] {
    return body.flatMap((s) => this.statement(s));
  }

  statement(s: Stmt): readonly Stmt[] {
    switch (s.kind) {
      case 'for': {
        if (s.extent === 0) return [];
        const once = s.extent === 1;
        const inner = once && this.#mayMove(s.body) ? this : this.inside();
        if (once) inner.values.set(s.index, i32(0));
        else inner.ranges.set(s.index, indexRange(s.extent));
        const body = inner.statements(s.body);
        return body.length === 0 ? [] : inner === this ? body : [{ ...s, body }];
      }
      case 'let': {
        const value = simplifyExpr(s.value, this);
        if (value.kind === 'const' || (value.kind === 'local' && !this.#vars.has(value.name))) {
          this.values.set(s.name, value);
          return [];
        }
        if (value.type === 'i32') this.ranges.set(s.name, rangeOf(value, this.ranges));
        return [{ ...s, value }];
      }
      case 'var':
      case 'assign':
        return [{ ...s, value: simplifyExpr(s.value, this) }];
      case 'store':
        return [{ ...s, index: simplifyExpr(s.index, this), value: simplifyExpr(s.value, this) }];
      case 'if': {
        const cond = simplifyExpr(s.cond, this);
        if (cond.kind === 'const') {
          const taken = cond.value === 1 ? s.then : s.otherwise;
          if (taken.length === 0 || this.#mayMove(taken)) return this.statements(taken);
        }
        const then = this.inside().statements(s.then);
        const otherwise = this.inside().statements(s.otherwise);
        return then.length + otherwise.length === 0 ? [] : [when(cond, then, otherwise)];
      }
      case 'reduce': {
        const inner = this.inside();
        inner.ranges.set(s.index, indexRange(s.extent));
        const body = inner.statements(s.body);
        return [{ ...s, body, value: simplifyExpr(s.value, inner) }];
      }
      case 'assert': {
        const cond = simplifyExpr(s.cond, this);
        return cond.kind === 'const' && cond.value === 1
          ? []
          : [{ ...s, cond, got: simplifyExpr(s.got, this) }];
      }
      default:
        return unreachable(s);
    }
  }

  #mayMove(body: readonly Stmt[]): boolean {
    return namesBound(body).every((name) => this.#bindings.get(name) === 1);
  }
}

function varsOf(body: readonly Stmt[]): ReadonlySet<string> {
  const vars = new Set<string>();
  const collect = (s: Stmt): void => {
    if (s.kind === 'var') vars.add(s.name);
    else if (s.kind === 'for') s.body.forEach(collect);
    else if (s.kind === 'if') [...s.then, ...s.otherwise].forEach(collect);
  };
  body.forEach(collect);
  return vars;
}

/** Without lets and reductions that nothing mentions. Names count in the whole kernel, so one that is used elsewhere stays. */
function withoutUnused(body: readonly Stmt[]): readonly Stmt[] {
  const used = new Set<string>();
  visitExprs(body, (e) => {
    if (e.kind === 'local') used.add(e.name);
  });
  let removed = false;
  const keep = (list: readonly Stmt[]): readonly Stmt[] =>
    list.flatMap((s): readonly Stmt[] => {
      if (s.kind === 'for') return [{ ...s, body: keep(s.body) }];
      if (s.kind === 'if') return [when(s.cond, keep(s.then), keep(s.otherwise))];
      const unused =
        (s.kind === 'let' || (s.kind === 'reduce' && s.body.every((inner) => inner.kind === 'let'))) &&
        !used.has(s.name);
      if (unused) removed = true;
      else if (s.kind === 'reduce') return [{ ...s, body: keep(s.body) }];
      return unused ? [] : [s];
    });
  const kept = keep(body);
  return removed ? withoutUnused(kept) : kept;
}
