// The syntax tree as acorn gives it, and its walk in the order of the source.
import type {
  AnyNode,
  ArrowFunctionExpression,
  DoWhileStatement,
  ForInStatement,
  ForOfStatement,
  ForStatement,
  FunctionDeclaration,
  FunctionExpression,
  Identifier,
  Pattern,
  WhileStatement,
} from 'acorn';

export type Node = AnyNode;
export type FunctionNode = FunctionDeclaration | FunctionExpression | ArrowFunctionExpression;
export type LoopNode = WhileStatement | DoWhileStatement | ForStatement | ForInStatement | ForOfStatement;

export function isFunction(node: Node): node is FunctionNode {
  return (
    node.type === 'FunctionDeclaration' ||
    node.type === 'FunctionExpression' ||
    node.type === 'ArrowFunctionExpression'
  );
}

export function isLoop(node: Node): node is LoopNode {
  return (
    node.type === 'WhileStatement' ||
    node.type === 'DoWhileStatement' ||
    node.type === 'ForStatement' ||
    node.type === 'ForInStatement' ||
    node.type === 'ForOfStatement'
  );
}

function isNode(x: unknown): x is Node {
  return typeof x === 'object' && x !== null && 'type' in x && typeof x.type === 'string' && 'start' in x;
}

const cache = new WeakMap<Node, readonly Node[]>();

/** The children of a node in source order, each place of the source once: the `x` of `{ x }` is key and value, and comes as the value. */
export function childrenOf(node: Node): readonly Node[] {
  let found = cache.get(node);
  if (found === undefined) {
    const all: Node[] = [];
    for (const value of Object.values(node)) {
      if (isNode(value)) all.push(value);
      else if (Array.isArray(value)) for (const item of value) if (isNode(item)) all.push(item);
    }
    all.sort((a, b) => a.start - b.start);
    found = all.filter(
      (child, i) => i === all.length - 1 || all[i + 1]!.start >= child.end || child.start === child.end,
    );
    cache.set(node, found);
  }
  return found;
}

/** Calls `visit` for a node and everything below it; where it answers false, not below that one. */
export function walk(node: Node, visit: (node: Node, parent: Node | null) => boolean | undefined): void {
  const go = (at: Node, parent: Node | null): void => {
    if (visit(at, parent) === false) return;
    for (const child of childrenOf(at)) go(child, at);
  };
  go(node, null);
}

/** The identifiers a pattern binds or assigns, and its member expressions. */
export function targetsOf(pattern: Pattern): (Identifier | Extract<Node, { type: 'MemberExpression' }>)[] {
  switch (pattern.type) {
    case 'Identifier':
    case 'MemberExpression':
      return [pattern];
    case 'ObjectPattern':
      return pattern.properties.flatMap((p) => targetsOf(p.type === 'RestElement' ? p.argument : p.value));
    case 'ArrayPattern':
      return pattern.elements.flatMap((e) => (e === null ? [] : targetsOf(e)));
    case 'RestElement':
      return targetsOf(pattern.argument);
    case 'AssignmentPattern':
      return targetsOf(pattern.left);
  }
}

/** The directives a function or module begins with. */
export function directivesOf(node: FunctionNode | Extract<Node, { type: 'Program' }>): readonly string[] {
  const statements =
    node.type === 'Program' ? node.body : node.body.type === 'BlockStatement' ? node.body.body : [];
  const found: string[] = [];
  for (const s of statements) {
    if (s.type !== 'ExpressionStatement' || typeof s.directive !== 'string') break;
    found.push(s.directive);
  }
  return found;
}

/** Decorators of a class or of its member, in front of it. */
export function decoratorsOf(node: Node): readonly Node[] {
  return (node as { readonly decorators?: readonly Node[] }).decorators ?? [];
}
