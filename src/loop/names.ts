// Names of kernels, buffers and locals: what may be one, and which ones statements bring into being.
import type { Stmt } from './kernel.ts';

/** A letter or _, then letters, digits or _. */
export function isIdentifier(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name);
}

/** `base`, or `base_1`, `base_2` … where that is taken; taken from now on. */
export function freshName(base: string, taken: Set<string>): string {
  let name = base;
  for (let n = 1; taken.has(name); n++) name = `${base}_${n}`;
  taken.add(name);
  return name;
}

/** Every name that a list of statements binds: loop indices, lets, vars and reductions, at any depth. */
export function namesBound(body: readonly Stmt[]): string[] {
  return body.flatMap((s) => {
    switch (s.kind) {
      case 'for':
        return [s.index, ...namesBound(s.body)];
      case 'let':
      case 'var':
        return [s.name];
      case 'reduce':
        return [s.name, s.index, ...namesBound(s.body)];
      case 'if':
        return [...namesBound(s.then), ...namesBound(s.otherwise)];
      case 'assign':
      case 'store':
      case 'assert':
        return [];
    }
  });
}
