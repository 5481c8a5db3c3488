// Assignments: compound ones are spelled out, those to members go through the runtime, which keeps a journal of them.
import type {
  AssignmentExpression,
  MemberExpression,
  Pattern,
  UpdateExpression,
  VariableDeclaration,
} from 'acorn';
import { type Node, targetsOf } from '../ast.ts';
import { argument, arrowBody, call, copy, type Place } from '../context.ts';
import { mark, type Rope, slice } from '../rope.ts';
import { stateOf } from '../state.ts';
import { announce } from './cells.ts';
import { operatorNames } from './operators.ts';

/** The object and the key of a member that is assigned, as arguments of the runtime. */
export function reference(node: MemberExpression, at: Place): readonly [object: Rope, key: Rope] {
  const { value } = at.file.names;
  const { property, object } = node;
  if (property.type === 'PrivateIdentifier') {
    const name = `#${property.name}`;
    const hidden = call(
      at,
      'hidden',
      JSON.stringify(name),
      JSON.stringify(`class ${at.file.classes.get(property) ?? 0}`),
      `(${value}) => ${value}.${name}`,
      `(${value}, ${value}2) => { ${value}.${name} = ${value}2; }`,
    );
    return [at.emit(object as Node), hidden];
  }
  if (object.type === 'Super') {
    const member: Rope = slice(node.start, node.end);
    return [
      'this',
      call(
        at,
        'hidden',
        JSON.stringify(at.file.source.slice(node.start, node.end)),
        JSON.stringify('super'),
        superReader(node, value),
        [`(_, ${value}) => { `, member, ` = ${value}; }`],
      ),
    ];
  }
  const key: Rope = node.computed
    ? argument(property as Node, at)
    : JSON.stringify(property.type === 'Identifier' ? property.name : '');
  return [argument(object as Node, at), key];
}

// What is assigned to super becomes a member of `this`, which super does not read.
function superReader(node: MemberExpression, value: string): Rope {
  const member: Rope = slice(node.start, node.end);
  if (node.computed || node.property.type !== 'Identifier') return ['() => ', member];
  const { name } = node.property;
  return [
    `(${value}) => ({}).hasOwnProperty.call(${value}, ${JSON.stringify(name)}) ? ${value}.${name} : `,
    member,
  ];
}

// Counters that coverage tools put into the code are none of the program's.
export function isInstrumentation(node: Node): boolean {
  let root: Node = node;
  while (root.type === 'MemberExpression') root = root.object as Node;
  return (
    root.type === 'CallExpression' && root.callee.type === 'Identifier' && /^cov_/.test(root.callee.name)
  );
}

export function assignment(node: AssignmentExpression, at: Place): Rope {
  const { left, operator, right } = node;
  if (operator === '=') {
    if (left.type === 'Identifier') return announced(left, copy(node, at), at);
    if (left.type === 'MemberExpression') {
      const [object, key] = reference(left, at);
      return [mark(node.start), call(at, 'set', object, key, argument(right as Node, at))];
    }
    return patternAssignment(left, arrowBody(right as Node, at), at);
  }
  if (operator === '&&=' || operator === '||=' || operator === '??=') return logicalAssignment(node, at);
  const op = operatorNames[operator.slice(0, -1)]!;
  if (left.type === 'Identifier') {
    const name = at.emit(left);
    return [
      mark(node.start),
      announced(left, [name, ' = ', call(at, op, name, argument(right as Node, at))], at),
    ];
  }
  if (left.type === 'MemberExpression') {
    const { value } = at.file.names;
    const [object, key] = reference(left, at);
    const next: Rope = [`(${value}) => `, call(at, op, value, argument(right as Node, at))];
    return [mark(node.start), call(at, 'update', object, key, next)];
  }
  return copy(node, at);
}

// `x &&= e` assigns only if it evaluates e. A tensor is never nullish, so `??=` decides nothing by a tensor.
function logicalAssignment(node: AssignmentExpression, at: Place): Rope {
  const { left, operator, right } = node;
  if (left.type === 'MemberExpression') {
    const [object, key] = reference(left, at);
    const kind = JSON.stringify(operator.slice(0, -1));
    return [
      mark(node.start),
      call(at, 'assignLogical', object, key, kind, ['() => ', arrowBody(right as Node, at)]),
    ];
  }
  if (operator === '??=') return copy(node, at);
  const name = at.emit(left as Node);
  const state = stateOf({ start: node.start, end: node.end, after: null, jumps: [], node }, at);
  const assign: Rope = ['() => ', announced(left as Node, [name, ' = ', argument(right as Node, at)], at)];
  return [mark(node.start), call(at, operator === '&&=' ? 'and' : 'or', name, assign, state)];
}

/** An assignment to a name, behind its announcement where the variable is another function's. */
function announced(target: Node, assign: Rope, at: Place): Rope {
  const binding = target.type === 'Identifier' ? at.file.scopes.of.get(target)?.binding : undefined;
  const note = announce(binding, at);
  return note === null ? assign : ['(', note, ', ', assign, ')'];
}

/** `pattern = value`, in parentheses; members in it are announced first, so that the journal knows what they were. */
export function patternAssignment(pattern: Pattern, value: Rope, at: Place): Rope {
  const members = targetsOf(pattern).filter((t) => t.type === 'MemberExpression');
  const notes = members.map((member): Rope => {
    if (!isSimple(member as Node))
      at.file.report.add(
        member.start,
        'this assignment pattern sets a member of an object that is computed; assign it by itself',
      );
    const [object, key] = reference(member, at);
    return [call(at, 'touch', object, key), ', '];
  });
  for (const t of targetsOf(pattern)) {
    const note = t.type === 'Identifier' ? announce(at.file.scopes.of.get(t)?.binding, at) : null;
    if (note !== null) notes.push([note, ', ']);
  }
  return [mark(pattern.start), '(', notes, patternTargets(pattern, at), ' = ', value, ')'];
}

// Members stay as they are here: they are assigned to, not read.
function patternTargets(pattern: Pattern, at: Place): Rope {
  const emit = (node: Node): Rope =>
    node.type === 'MemberExpression' ? slice(node.start, node.end) : place.emit(node);
  const place: Place = {
    ...at,
    emit: (node) =>
      node.type === 'ObjectPattern' ||
      node.type === 'ArrayPattern' ||
      node.type === 'RestElement' ||
      node.type === 'Property'
        ? copy(node, { ...at, emit })
        : node.type === 'AssignmentPattern'
          ? [emit(node.left as Node), ' = ', argument(node.right as Node, at)]
          : at.emit(node),
  };
  return emit(pattern as Node);
}

function isSimple(node: Node): boolean {
  if (node.type === 'Identifier' || node.type === 'ThisExpression' || node.type === 'Literal') return true;
  if (node.type !== 'MemberExpression' || node.object.type === 'Super') return false;
  return isSimple(node.object as Node) && (!node.computed || isSimple(node.property as Node));
}

/** A target of any kind given a value, as an expression. */
export function assignPattern(target: Pattern, value: Rope, at: Place): Rope {
  if (target.type === 'Identifier') return announced(target, [at.emit(target), ' = ', value], at);
  if (target.type === 'MemberExpression') {
    const [object, key] = reference(target, at);
    return call(at, 'set', object, key, value);
  }
  return patternAssignment(target, value, at);
}

export function update(node: UpdateExpression, statement: boolean, at: Place): Rope {
  const target = node.argument as Node;
  const op = node.operator === '++' ? 'increment' : 'decrement';
  if (target.type === 'MemberExpression') {
    const { ag } = at.file.names;
    const [object, key] = reference(target, at);
    const which = node.prefix || statement ? 'update' : 'updateAfter';
    return [mark(node.start), call(at, which, object, key, `${ag}.${op}`)];
  }
  const name = at.emit(target);
  const next: Rope = announced(target, [name, ' = ', call(at, op, name)], at);
  if (node.prefix || statement) return [mark(node.start), statement ? next : ['(', next, ')']];
  return [mark(node.start), call(at, 'first', call(at, 'numeric', name), next)];
}

export function hoistVar(node: VariableDeclaration, at: Place): void {
  for (const d of node.declarations)
    for (const t of targetsOf(d.id)) if (t.type === 'Identifier') at.fn.hoisted.add(t.name);
}

/** Declarations; a `var` becomes an assignment. */
export function declaration(node: VariableDeclaration, at: Place): Rope {
  if (node.kind !== 'var') return copy(node, at);
  hoistVar(node, at);
  const made = node.declarations
    .filter((d) => d.init)
    .map((d): Rope => {
      const value = argument(d.init as Node, at);
      return assignPattern(d.id, value, at);
    });
  return [made.map((m, i) => (i === 0 ? m : [', ', m])), at.file.source[node.end - 1] === ';' ? ';' : ''];
}
