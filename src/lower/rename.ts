// Final names of a kernel: unique in the whole kernel, numbered in order of appearance.
import type { Expr, Stmt } from '../loop/kernel.ts';
import { local, when } from '../loop/make.ts';
import { mapOperands } from '../loop/rewrite.ts';

/** `i_7` becomes `i` for a loop or `i_1` where that is taken; a let `add_4` becomes `add_0`, the next `add_1`. */
export function uniqueNames(body: readonly Stmt[]): readonly Stmt[] {
  const counts = new Map<string, number>();
  const rename = (name: string, isLoop: boolean): string => {
    const stem = name.replace(/_\d+$/, '');
    const n = counts.get(stem) ?? 0;
    counts.set(stem, n + 1);
    return isLoop && n === 0 ? stem : `${stem}_${n}`;
  };
  const expr = (e: Expr, env: ReadonlyMap<string, string>): Expr =>
    e.kind === 'local' ? local(e.type, env.get(e.name) ?? e.name) : mapOperands(e, (x) => expr(x, env));
  const list = (stmts: readonly Stmt[], outer: ReadonlyMap<string, string>): readonly Stmt[] => {
    const env = new Map(outer);
    return stmts.map((s): Stmt => {
      switch (s.kind) {
        case 'for': {
          const index = rename(s.index, true);
          return { ...s, index, body: list(s.body, new Map([...env, [s.index, index]])) };
        }
        case 'let':
        case 'var': {
          const value = expr(s.value, env);
          const name = rename(s.name, false);
          env.set(s.name, name);
          return { ...s, name, value };
        }
        case 'assign':
          return { ...s, name: env.get(s.name) ?? s.name, value: expr(s.value, env) };
        case 'store':
          return { ...s, index: expr(s.index, env), value: expr(s.value, env) };
        case 'if':
          return when(expr(s.cond, env), list(s.then, env), list(s.otherwise, env));
        case 'reduce': {
          const index = rename(s.index, true);
          const inner = new Map([...env, [s.index, index]]);
          const body = list(s.body, inner);
          // The value stands in the scope of the body's lets.
          const value = expr(s.value, namesAfter(s.body, body, inner));
          const name = rename(s.name, false);
          env.set(s.name, name);
          return { ...s, name, index, body, value };
        }
        case 'assert':
          return { ...s, cond: expr(s.cond, env), got: expr(s.got, env) };
      }
    });
  };
  return list(body, new Map());
}

function namesAfter(
  before: readonly Stmt[],
  after: readonly Stmt[],
  env: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const names = new Map(env);
  before.forEach((s, i) => {
    const renamed = after[i]!;
    if ('name' in s && 'name' in renamed) names.set(s.name, renamed.name);
  });
  return names;
}
