// The names that statements bring into being.
import type { Stmt } from './kernel.ts';

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
