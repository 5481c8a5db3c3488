// Which functions are converted: those given to `jit`, methods under `@jit`, and those marked 'use jit'; with everything lexically inside.
import type { Identifier, Program } from 'acorn';
import { directivesOf, type FunctionNode, isFunction, type Node, walk } from './ast.ts';
import { decoratedMethods } from './decorators.ts';
import { jitFinder } from './imports.ts';
import { type Binding, isReassigned, type Scopes } from './scope.ts';

export const directive = 'use jit';

/** The outermost functions to convert, in source order. `packages`: what `jit` is imported from. */
export function findEntries(
  program: Program,
  scopes: Scopes,
  packages: readonly string[],
): readonly FunctionNode[] {
  const isJit = jitFinder(program, scopes, packages);
  const found = new Set<FunctionNode>(decoratedMethods(program, scopes, isJit));
  const whole = directivesOf(program).includes(directive);
  // What names of this file stand for, as far as it can be a function.
  const values = new Map<Binding, Node>();

  walk(program, (node) => {
    if (node.type === 'FunctionDeclaration' && node.id) {
      const binding = bindingNamed(node.id.name, node);
      if (binding) values.set(binding, node);
    } else if (node.type === 'VariableDeclarator' && node.id.type === 'Identifier' && node.init) {
      const binding = scopes.of.get(node.id)?.binding;
      if (binding && !isReassigned(binding)) values.set(binding, node.init as Node);
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

  // Function literals anywhere in the argument, as in `jit(grad((x) => …))`, and what the names in it stand for.
  function takeFrom(argument: Node): void {
    walk(argument, (node) => {
      if (isFunction(node)) {
        found.add(node);
        return false;
      }
      const value = meaningOf(node);
      if (value !== undefined && !taken.has(value)) {
        taken.add(value);
        takeFrom(value);
      }
      return true;
    });
  }
  const taken = new Set<Node>();

  // The function, or the call that makes one (`grad(f)`), that a name or a member of an object literal is.
  function meaningOf(node: Node): Node | undefined {
    let value: Node | undefined;
    if (node.type === 'Identifier') value = namedValue(node);
    else if (node.type === 'MemberExpression' && !node.computed && node.property.type === 'Identifier') {
      const { name } = node.property;
      const object = node.object.type === 'Identifier' ? namedValue(node.object) : undefined;
      if (object?.type !== 'ObjectExpression') return undefined;
      for (const p of object.properties)
        if (p.type === 'Property' && p.key.type === 'Identifier' && p.key.name === name)
          value = p.value as Node;
    }
    return value && (isFunction(value) || value.type === 'CallExpression') ? value : undefined;
  }

  function namedValue(node: Identifier): Node | undefined {
    const binding = scopes.of.get(node)?.binding;
    return binding ? values.get(binding) : undefined;
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
