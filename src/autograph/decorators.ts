// Methods under the decorator `@jit`, as they are written and as compilers rewrite them.
import type { ClassBody, Program } from 'acorn';
import { decoratorsOf, type FunctionNode, isFunction, type Node, walk } from './ast.ts';
import type { Scopes } from './scope.ts';

/**
 * The methods under `@jit`. Where a compiler has taken the decorators apart, the method stands without any, and somewhere near it a list that holds `jit` is
 * handed to the compiler's own function, with the name of the method, or with the function itself where the method is private.
 */
export function decoratedMethods(
  program: Program,
  scopes: Scopes,
  isJit: (expression: Node) => boolean,
): readonly FunctionNode[] {
  const found: FunctionNode[] = [];
  const classes: { readonly node: Node; readonly body: ClassBody; readonly names: readonly string[] }[] = [];
  const functions = new Map<string, FunctionNode>();
  const lists = new Set<Node>();
  const listNames = new Set<string>();
  const calls: { readonly node: Extract<Node, { type: 'CallExpression' }>; readonly within: Node | null }[] =
    [];

  const hold = (name: string, value: Node): void => {
    // Compilers that keep names write `__name(function () {…}, 'name')`.
    const inner = value.type === 'CallExpression' ? (value.arguments[0] as Node | undefined) : value;
    if (inner && isFunction(inner)) functions.set(name, inner);
    if (value.type === 'ClassExpression') nameClass(value, name);
    if (lists.has(value)) listNames.add(name);
  };
  const nameClass = (node: Node, ...names: readonly string[]): void => {
    const known = classes.find((c) => c.node === node);
    if (known) classes.splice(classes.indexOf(known), 1, { ...known, names: [...known.names, ...names] });
  };

  const go = (node: Node, within: Node | null): void => {
    walk(node, (at) => {
      if (at === node) return true;
      if (at.type === 'ArrayExpression' && at.elements.some((e) => e !== null && isJit(e as Node)))
        lists.add(at);
      if (at.type === 'CallExpression') calls.push({ node: at, within });
      if (at.type === 'MethodDefinition' && decoratorsOf(at).some(isJit)) found.push(at.value);
      if (at.type !== 'ClassDeclaration' && at.type !== 'ClassExpression') return true;
      classes.push({ node: at, body: at.body, names: at.id ? [at.id.name] : [] });
      go(at, at);
      return false;
    });
  };
  go(program, null);
  if (lists.size === 0) return found;
  walk(program, (node) => {
    if (node.type === 'VariableDeclarator' && node.id.type === 'Identifier' && node.init)
      hold(node.id.name, node.init as Node);
    if (node.type === 'AssignmentExpression' && node.left.type === 'Identifier')
      hold(node.left.name, node.right as Node);
    return true;
  });

  for (const { node, within } of calls) {
    const names = new Set<string>();
    const mentioned = new Set<string>();
    const literals: FunctionNode[] = [];
    let isOne = false;
    for (const argument of node.arguments as Node[])
      walk(argument, (at) => {
        if (lists.has(at) || (at.type === 'Identifier' && listNames.has(at.name))) isOne = true;
        if (at.type === 'Literal' && typeof at.value === 'string') names.add(at.value);
        if (at.type === 'Identifier' && scopes.of.has(at)) mentioned.add(at.name);
        if (at.type === 'FunctionExpression') literals.push(at);
        return !isFunction(at);
      });
    if (!isOne || isJit(node.callee as Node)) continue;
    const named = classes.filter((c) => c.names.some((n) => mentioned.has(n)));
    const inside = classes.filter((c) => c.node === within);
    const among = inside.length > 0 ? inside : named.length > 0 ? named : classes;
    for (const { body } of among)
      for (const m of body.body)
        if (
          m.type === 'MethodDefinition' &&
          m.kind === 'method' &&
          !m.computed &&
          names.has(nameOf(m.key as Node))
        )
          found.push(m.value);
    if ([...names].some((n) => n.startsWith('#')))
      found.push(...literals, ...[...mentioned].flatMap((n) => functions.get(n) ?? []));
  }
  return found;
}

function nameOf(key: Node): string {
  if (key.type === 'Identifier') return key.name;
  if (key.type === 'PrivateIdentifier') return `#${key.name}`;
  return key.type === 'Literal' ? String(key.value) : '';
}
