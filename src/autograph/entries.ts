// Which functions are converted: those given to `jit`, methods under `@jit`, and those marked 'use jit'; with everything lexically inside.
import type { Identifier, Program } from 'acorn';
import { directivesOf, type FunctionNode, isFunction, type Node, walk } from './ast.ts';
import { decoratedMethods } from './decorators.ts';
import { jitFinder } from './imports.ts';
import type { Binding, Scopes } from './scope.ts';

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
  const values = new Map<Binding, Node[]>();
  const give = (binding: Binding | null | undefined, value: Node): void => {
    if (binding) values.set(binding, [...(values.get(binding) ?? []), value]);
  };

  walk(program, (node) => {
    if (node.type === 'FunctionDeclaration' && node.id) give(bindingNamed(node.id.name, node), node);
    else if (node.type === 'VariableDeclarator' && node.id.type === 'Identifier' && node.init)
      give(scopes.of.get(node.id)?.binding, node.init as Node);
    else if (node.type === 'AssignmentExpression' && node.left.type === 'Identifier')
      give(scopes.of.get(node.left)?.binding, node.right as Node);
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
      for (const value of meaningsOf(node)) {
        if (taken.has(value)) continue;
        taken.add(value);
        takeFrom(value);
      }
      return true;
    });
  }
  const taken = new Set<Node>();

  // The functions, or the calls that make one (`grad(f)`), that a name or a member of an object literal may be.
  function meaningsOf(node: Node): readonly Node[] {
    let found: readonly Node[] = [];
    if (node.type === 'Identifier') found = namedValues(node);
    else if (node.type === 'MemberExpression' && !node.computed && node.property.type === 'Identifier') {
      const { name } = node.property;
      const objects = node.object.type === 'Identifier' ? namedValues(node.object) : [];
      found = objects.flatMap((object) =>
        object.type !== 'ObjectExpression'
          ? []
          : object.properties.flatMap((p) =>
              p.type === 'Property' && p.key.type === 'Identifier' && p.key.name === name
                ? [p.value as Node]
                : [],
            ),
      );
    }
    return found.filter((value) => isFunction(value) || value.type === 'CallExpression');
  }

  function namedValues(node: Identifier): readonly Node[] {
    const binding = scopes.of.get(node)?.binding;
    return (binding && values.get(binding)) ?? [];
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
