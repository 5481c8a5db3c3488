// Which expressions of a file stand for `jit`: what it is imported as, by `import` or by `require`, and other names it is given.
import type { Program } from 'acorn';
import { type Node, walk } from './ast.ts';
import { type Binding, isReassigned, type Scopes } from './scope.ts';

/** Is this expression the `jit` of one of the packages? */
export function jitFinder(
  program: Program,
  scopes: Scopes,
  packages: readonly string[],
): (expression: Node) => boolean {
  const wholes = new Set<Binding>();
  const own = new Set<Binding>();
  const bindingOf = (node: Node): Binding | null | undefined =>
    node.type === 'Identifier' ? scopes.of.get(node)?.binding : undefined;

  for (const { binding } of scopes.references) {
    const { from } = binding ?? {};
    if (!from || !packages.includes(from.source)) continue;
    if (from.imported === '*') wholes.add(binding!);
    if (from.imported === 'jit') own.add(binding!);
  }

  // `require('tracejit')`, or `await import('tracejit')`; compilers wrap the former, as in `__toESM(require('tracejit'))`.
  function isWhole(node: Node): boolean {
    if (node.type === 'Identifier') return wholes.has(bindingOf(node)!);
    if (node.type === 'AwaitExpression') return isWhole(node.argument as Node);
    if (node.type === 'ImportExpression') return isPackage(node.source as Node);
    if (node.type !== 'CallExpression') return false;
    const [first] = node.arguments as Node[];
    if (first === undefined) return false;
    const { callee } = node;
    const requires = callee.type === 'Identifier' && callee.name === 'require' && !bindingOf(callee);
    return requires ? isPackage(first) : first.type === 'CallExpression' && isWhole(first);
  }

  function isPackage(node: Node): boolean {
    return node.type === 'Literal' && packages.includes(String(node.value));
  }

  // Compilers write `(0, tracejit.jit)(…)` for a call without `this`.
  function isJit(node: Node): boolean {
    if (node.type === 'SequenceExpression') return isJit(node.expressions.at(-1) as Node);
    if (node.type === 'Identifier') return own.has(bindingOf(node)!);
    if (node.type !== 'MemberExpression' || !isWhole(node.object as Node)) return false;
    const { property } = node;
    if (node.computed) return property.type === 'Literal' && property.value === 'jit';
    return property.type === 'Identifier' && property.name === 'jit';
  }

  walk(program, (node) => {
    if (node.type !== 'VariableDeclarator' || !node.init) return true;
    const init = node.init as Node;
    const binding = bindingOf(node.id as Node);
    if (binding && !isReassigned(binding)) {
      if (isWhole(init)) wholes.add(binding);
      else if (isJit(init)) own.add(binding);
    }
    if (node.id.type !== 'ObjectPattern' || !isWhole(init)) return true;
    for (const p of node.id.properties) {
      if (p.type !== 'Property' || p.computed || p.key.type !== 'Identifier' || p.key.name !== 'jit')
        continue;
      const named = bindingOf(p.value as Node);
      if (named && !isReassigned(named)) own.add(named);
    }
    return true;
  });
  return isJit;
}

/** Is the file a CommonJS module? Without `import` and `export`, but with names that only those have. */
export function isCommonJs(program: Program, scopes: Scopes): boolean {
  if (program.body.some((s) => /^(?:Import|Export)/.test(s.type))) return false;
  const names = new Set(['require', 'module', 'exports']);
  return scopes.references.some(({ binding, node }) => binding === null && names.has(node.name));
}
