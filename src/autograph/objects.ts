// What a file does with the objects in its variables: which change in place, which of them one variable alone has, and where they are made.
import type { Program } from 'acorn';
import { childrenOf, type Node } from './ast.ts';
import { making, starting } from './methods.ts';
import { type Binding, isReassigned, type Scopes } from './scope.ts';

export interface Objects {
  /** Literals and instances that a variable may get that changes, or whose object changes in place. */
  readonly made: ReadonlySet<Node>;
  /** Variables whose objects nothing else ever has: they are literals, and only their members are used. */
  readonly sole: ReadonlySet<Binding>;
}

/** A node and what it stands in. */
type Visit = (node: Node, parent: Node, grandparent: Node | null) => void;

export function objectsOf(program: Program, scopes: Scopes): Objects {
  const bindingOf = (node: Node): Binding | undefined =>
    node.type === 'Identifier' ? (scopes.of.get(node)?.binding ?? undefined) : undefined;
  const changing = new Set<Binding>();
  const shared = new Set<Binding>();
  const given: { readonly binding: Binding; readonly value: Node }[] = [];
  const returned: Node[] = [];

  const change = (target: Node): void => {
    let root = target;
    while (root.type === 'MemberExpression') root = root.object as Node;
    const binding = bindingOf(root);
    if (binding) changing.add(binding);
  };
  const give = (target: Node, value: Node): void => {
    const binding = bindingOf(target);
    if (binding) given.push({ binding, value });
  };

  visit(program, (node, parent, grandparent) => {
    if (node.type === 'AssignmentExpression') {
      if (node.left.type === 'MemberExpression') change(node.left);
      else if (node.operator === '=') give(node.left as Node, node.right as Node);
    } else if (node.type === 'UpdateExpression') change(node.argument as Node);
    else if (node.type === 'VariableDeclarator' && node.init) give(node.id as Node, node.init as Node);
    else if (node.type === 'CallExpression' && node.callee.type === 'MemberExpression') {
      change(node.callee as Node);
      // Object.assign(a, …), push.apply(a, …): what they are given may change as well.
      if (node.arguments.length > 0) change(node.arguments[0] as Node);
    } else if (node.type === 'ReturnStatement' && node.argument) returned.push(node.argument as Node);
    else if (node.type === 'ArrowFunctionExpression' && node.expression) returned.push(node.body as Node);
    const binding = bindingOf(node);
    if (binding && !keepsSole(node, parent, grandparent, scopes)) shared.add(binding);
  });

  // What a function makes may be what such a variable gets.
  const made = new Set(changing.size === 0 ? [] : returned.flatMap((value) => literalsIn(value) ?? []));
  for (const { binding, value } of given) {
    const found = literalsIn(value);
    if (found === null) shared.add(binding);
    const varies = changing.has(binding) || isReassigned(binding);
    if (varies) for (const literal of found ?? []) made.add(literal);
    if (makesOne(value) && (varies || isStart(value))) made.add(value);
  }
  const sole = new Set(given.map((g) => g.binding).filter((b) => !shared.has(b) && !b.free));
  return { made, sole };
}

/** The literals one of which a value is; null if it may be anything else. */
function literalsIn(value: Node): readonly Node[] | null {
  if (value.type === 'ObjectExpression' || value.type === 'ArrayExpression') return [value];
  if (value.type !== 'ConditionalExpression') return null;
  const [one, other] = [literalsIn(value.consequent as Node), literalsIn(value.alternate as Node)];
  return one === null || other === null ? null : [...one, ...other];
}

// A new instance, array or iterator: `new Map()`, `/a/g`, `xs.slice()`, `xs.values()`.
function makesOne(value: Node): boolean {
  if (value.type === 'NewExpression' || (value.type === 'Literal' && 'regex' in value)) return true;
  return isStart(value) || making.has(methodOf(value));
}

// Iterators change by being used.
function isStart(value: Node): boolean {
  return starting.has(methodOf(value));
}

function methodOf(value: Node): string {
  if (value.type !== 'CallExpression' || value.callee.type !== 'MemberExpression') return '';
  const { property, computed } = value.callee;
  if (!computed) return property.type === 'Identifier' ? property.name : '';
  if (property.type !== 'MemberExpression' || property.property.type !== 'Identifier') return '';
  const { object } = property;
  return object.type === 'Identifier' && object.name === 'Symbol' ? `Symbol.${property.property.name}` : '';
}

// Does this use of a variable leave its object to the variable alone?
function keepsSole(node: Node, parent: Node, grandparent: Node | null, scopes: Scopes): boolean {
  switch (parent.type) {
    case 'VariableDeclarator':
      return parent.id === node;
    case 'AssignmentExpression':
      return parent.left === node && parent.operator === '=' && grandparent?.type === 'ExpressionStatement';
    case 'MemberExpression':
      // A method is given the object as `this`.
      return (
        parent.object === node && !(grandparent?.type === 'CallExpression' && grandparent.callee === parent)
      );
    case 'SpreadElement':
      return true;
    case 'ReturnStatement': {
      // The variable ends with the function. One that another function has does not.
      const reference = node.type === 'Identifier' ? scopes.of.get(node) : undefined;
      const binding = reference?.binding;
      return binding?.references.every((r) => r.owner === binding.owner) ?? false;
    }
    default:
      return false;
  }
}

function visit(program: Program, f: Visit): void {
  const at = (node: Node, parent: Node, grandparent: Node | null): void => {
    f(node, parent, grandparent);
    for (const child of childrenOf(node)) at(child, node, parent);
  };
  for (const child of childrenOf(program as Node)) at(child, program as Node, null);
}
