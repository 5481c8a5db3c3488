// In-place updates: when may a kernel write a result over an operand, and what the kernel is then.
import type { Expr, Kernel, Stmt } from '../loop/kernel.ts';
import { mapOperands, mapStmt } from '../loop/rewrite.ts';
import { operandsOf } from '../loop/visit.ts';

/**
 * True when every element of `from` that is read is the element of `to` that the same iteration stores: then no other iteration misses what is overwritten.
 * Within an iteration loads come before stores, by the way place.ts orders them.
 */
export function mayOverwrite(kernel: Kernel, from: string, to: string): boolean {
  const loads = new Set<string>();
  const stores = new Set<string>();
  let loops = 0;
  // Indices as text, with each loop's index numbered: equal texts mean the same element in the same iteration.
  const text = (e: Expr, env: ReadonlyMap<string, string>): string => {
    if (e.kind === 'const') return String(e.value);
    if (e.kind === 'local') return env.get(e.name) ?? `${e.name}?`;
    if (e.kind === 'binary') return `(${text(e.a, env)} ${e.op} ${text(e.b, env)})`;
    return 'unknown';
  };
  const expr = (e: Expr, env: ReadonlyMap<string, string>): void => {
    if (e.kind === 'load' && e.buffer === from) loads.add(text(e.index, env));
    for (const x of operandsOf(e)) expr(x, env);
  };
  const list = (stmts: readonly Stmt[], outer: ReadonlyMap<string, string>): void => {
    const env = new Map(outer);
    for (const s of stmts) {
      if (s.kind === 'for' || s.kind === 'reduce') env.set(s.index, `loop${loops++}`);
      if (s.kind === 'let' && s.value.type === 'i32') env.set(s.name, text(s.value, env));
      if (s.kind === 'store' && s.buffer === to) stores.add(text(s.index, env));
      mapStmt(
        s,
        (e) => (expr(e, env), e),
        (body) => (list(body, env), body),
      );
      if (s.kind === 'reduce') {
        const inner = new Map(env);
        for (const b of s.body)
          if (b.kind === 'let' && b.value.type === 'i32') inner.set(b.name, text(b.value, inner));
        expr(s.value, inner);
      }
    }
  };
  list(kernel.body, new Map());
  if ([...loads, ...stores].some((t) => t.includes('unknown') || t.includes('?'))) return false;
  return [...loads].every((t) => stores.has(t));
}

/** The kernel with `to` written where `from` was read: one buffer, read and written. */
export function overwriting(kernel: Kernel, from: string, to: string): Kernel {
  const expr = (e: Expr): Expr => mapOperands(e, expr);
  const list = (stmts: readonly Stmt[]): readonly Stmt[] =>
    stmts.map((s) => {
      const renamed: Stmt = s.kind === 'store' && s.buffer === to ? { ...s, buffer: from } : s;
      return mapStmt(renamed, expr, list);
    });
  return {
    ...kernel,
    buffers: kernel.buffers.flatMap((b) =>
      b.name === to ? [] : b.name === from ? [{ ...b, role: 'inout' as const }] : [b],
    ),
    body: list(kernel.body),
  };
}
