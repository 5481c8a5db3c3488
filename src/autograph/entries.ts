// Which functions are converted: those given to `jit`, and those marked 'use jit'; with everything lexically inside.
import type { Program } from 'acorn';
import { directivesOf, type FunctionNode, isFunction, type Node, walk } from './ast.ts';
import type { Binding, Scopes } from './scope.ts';

export const directive = 'use jit';

/** The outermost functions to convert, in source order. `packages`: what `jit` is imported from. */
export function findEntries(
  program: Program,
  scopes: Scopes,
  packages: readonly string[],
): readonly FunctionNode[] {
  const found = new Set<FunctionNode>();
  const whole = directivesOf(program).includes(directive);
  const functions = new Map<Binding, FunctionNode>();

  walk(program, (node) => {
    if (node.type === 'FunctionDeclaration' && node.id) {
      const binding = bindingNamed(node.id.name, node);
      if (binding) functions.set(binding, node);
    } else if (node.type === 'VariableDeclarator' && node.id.type === 'Identifier' && node.init) {
      const binding = scopes.of.get(node.id)?.binding;
      if (binding && isFunction(node.init as Node)) functions.set(binding, node.init as FunctionNode);
    }
    return true;
  });

  // A function declaration's own name is no reference: its binding is found by those that mention it.
  function bindingNamed(name: string, node: Node): Binding | undefined {
    return (
      scopes.references.find(
        (r) =>
          r.binding?.name === name &&
          r.binding.kind === 'function' &&
          r.binding.declared <= node.start &&
          r.node.name === name,
      )?.binding ?? undefined
    );
  }

  function isJit(callee: Node): boolean {
    if (callee.type === 'Identifier') {
      const from = scopes.of.get(callee)?.binding?.from;
      return from !== undefined && from.imported === 'jit' && packages.includes(from.source);
    }
    if (callee.type !== 'MemberExpression' || callee.object.type !== 'Identifier' || callee.computed)
      return false;
    const from = scopes.of.get(callee.object)?.binding?.from;
    const name = callee.property.type === 'Identifier' ? callee.property.name : '';
    return from !== undefined && from.imported === '*' && packages.includes(from.source) && name === 'jit';
  }

  // Function literals anywhere in the argument, as in `jit(grad((x) => …))`, and names of functions of this file.
  function takeFrom(argument: Node): void {
    walk(argument, (node) => {
      if (isFunction(node)) {
        found.add(node);
        return false;
      }
      if (node.type === 'Identifier') {
        const binding = scopes.of.get(node)?.binding;
        const known = binding && !isAssigned(binding) ? functions.get(binding) : undefined;
        if (known) found.add(known);
      }
      return true;
    });
  }

  walk(program, (node) => {
    if (isFunction(node) && (whole || directivesOf(node).includes(directive))) found.add(node);
    if (node.type === 'CallExpression' && isJit(node.callee as Node)) {
      const [f, options] = node.arguments;
      if (f && f.type !== 'SpreadElement' && !isSwitchedOff(options as Node | undefined)) takeFrom(f as Node);
    }
    return true;
  });
  const sorted = [...found].sort((a, b) => a.start - b.start);
  return sorted.filter((f) => !sorted.some((g) => g !== f && g.start <= f.start && f.end <= g.end));
}

function isAssigned(binding: Binding): boolean {
  return (
    binding.kind !== 'const' &&
    binding.references.filter((r) => r.write).length > (binding.kind === 'let' ? 1 : 0)
  );
}

/** `{ autograph: false }`, written out. */
function isSwitchedOff(options: Node | undefined): boolean {
  return (
    options?.type === 'ObjectExpression' &&
    options.properties.some(
      (p) =>
        p.type === 'Property' &&
        p.key.type === 'Identifier' &&
        p.key.name === 'autograph' &&
        p.value.type === 'Literal' &&
        p.value.value === false,
    )
  );
}
