// Calls of scalar functions written out as lets, so that an emitter needs no functions: engines box the numbers of a call they do not inline.
import type { Expr, Kernel, Stmt } from './kernel.ts';
import { assign, bool, constOf, letIn, local, select, variable, when } from './make.ts';
import { freshName, namesBound } from './names.ts';
import { mapOperands, mapStmt, substitute } from './rewrite.ts';
import { functionsUsed, operandsOf } from './visit.ts';

/** The kernel without calls. What a select or a conjunction guards stays behind its condition, which becomes an `if`. */
export function expandCalls(kernel: Kernel): Kernel {
  if (functionsUsed(kernel.body).length === 0) return kernel;
  const expander = new Expander([...kernel.buffers.map((b) => b.name), ...namesBound(kernel.body)]);
  return { ...kernel, body: expander.statements(kernel.body) };
}

class Expander {
  readonly #taken: Set<string>;

  constructor(taken: readonly string[]) {
    this.#taken = new Set(taken);
  }

  statements(body: readonly Stmt[]): readonly Stmt[] {
    return body.flatMap((s): readonly Stmt[] => {
      if (s.kind === 'reduce') {
        const inside = [...this.statements(s.body)];
        const value = this.#expand(s.value, inside);
        return [{ ...s, body: inside, value }];
      }
      const before: Stmt[] = [];
      const expanded = mapStmt(
        s,
        (e) => this.#expand(e, before),
        (inner) => this.statements(inner),
      );
      return [...before, expanded];
    });
  }

  /** The expression without calls; what it needs is appended to `before`. */
  #expand(e: Expr, before: Stmt[]): Expr {
    if (!containsCall(e)) return e;
    switch (e.kind) {
      case 'call': {
        const { name, params, lets, result } = e.fn;
        const values = new Map<string, Expr>();
        const bind = (part: string, value: Expr): void => {
          const known = value.kind === 'const' || value.kind === 'local';
          const bound = known ? value : local(value.type, freshName(`${name}_${part}`, this.#taken));
          if (!known && bound.kind === 'local') before.push(letIn(bound.name, value));
          values.set(part, bound);
        };
        params.forEach((p, i) => {
          bind(p.name, this.#expand(e.args[i]!, before));
        });
        for (const step of lets) bind(step.name, this.#expand(substitute(step.value, values), before));
        return this.#expand(substitute(result, values), before);
      }
      case 'select':
        return containsCall(e.a) || containsCall(e.b)
          ? this.#choice(e.cond, e.a, e.b, before)
          : mapOperands(e, (x) => this.#expand(x, before));
      case 'binary':
        if (e.type === 'bool' && e.op === 'and' && containsCall(e.b))
          return this.#expand(select(e.a, e.b, bool(false)), before);
        if (e.type === 'bool' && e.op === 'or' && containsCall(e.b))
          return this.#expand(select(e.a, bool(true), e.b), before);
        return mapOperands(e, (x) => this.#expand(x, before));
      default:
        return mapOperands(e, (x) => this.#expand(x, before));
    }
  }

  #choice(cond: Expr, a: Expr, b: Expr, before: Stmt[]): Expr {
    const name = freshName('choice', this.#taken);
    const arm = (x: Expr): readonly Stmt[] => {
      const inside: Stmt[] = [];
      const value = this.#expand(x, inside);
      return [...inside, assign(name, value)];
    };
    const chosen = this.#expand(cond, before);
    before.push(variable(name, constOf(a.type, 0)), when(chosen, arm(a), arm(b)));
    return local(a.type, name);
  }
}

function containsCall(e: Expr): boolean {
  return e.kind === 'call' || operandsOf(e).some(containsCall);
}
