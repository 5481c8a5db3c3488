// The converters by kind of node. What is not listed stays as it is, its children converted.
import { isFunction, isLoop, type Node } from '../ast.ts';
import { argument, call, copy, type Place } from '../context.ts';
import { mark, type Rope, slice } from '../rope.ts';
import { assignment, declaration, isInstrumentation, update } from './assignments.ts';
import { callExpression, chain, isGlobal, member, newExpression, plainMember } from './calls.ts';
import { effect, sequence } from './effects.ts';
import { loop } from './loops.ts';
import { binary, conditional, logical, template, unary } from './operators.ts';
import { statement } from './statements.ts';
import { switchStatement } from './switch.ts';

export function emitIn(node: Node, at: Place): Rope {
  if (isFunction(node)) return at.file.functionOf(node, false, false);
  if (isLoop(node)) return loop(node, at);
  switch (node.type) {
    case 'Identifier':
      // A namespace may go anywhere: `const { sqrt } = Math`.
      return node.name === 'Math' && isGlobal(node, at) ? `${at.file.names.ag}.Math` : at.file.rename(node);
    case 'IfStatement':
    case 'BlockStatement':
    case 'LabeledStatement':
    case 'TryStatement':
    case 'ReturnStatement':
    case 'BreakStatement':
    case 'ContinueStatement':
      return statement(node, at);
    case 'SwitchStatement':
      return switchStatement(node, at);
    case 'VariableDeclaration':
      return declaration(node, at);
    case 'VariableDeclarator':
      return declarator(node, at);
    case 'ExpressionStatement':
      return expressionStatement(node.expression as Node, node, at);
    case 'ThrowStatement': {
      const { argument } = node;
      return [
        slice(node.start, argument.start),
        mark(argument.start),
        `${at.file.names.ag}.thrown(`,
        at.emit(argument as Node),
        ')',
        slice(argument.end, node.end),
      ];
    }
    case 'AssignmentExpression':
      return assignment(node, at);
    case 'UpdateExpression':
      return isInstrumentation(node.argument as Node) ? copy(node, at) : update(node, false, at);
    case 'BinaryExpression':
      return binary(node, at);
    case 'UnaryExpression':
      return unary(node, at);
    case 'LogicalExpression':
      return logical(node, at);
    case 'SequenceExpression':
      return sequence(node, at);
    case 'ConditionalExpression':
      return conditional(node, at);
    case 'TemplateLiteral':
      return template(node, at);
    case 'TaggedTemplateExpression': {
      const tag = node.tag as Node;
      const plain = tag.type === 'MemberExpression' ? plainMember(tag, at) : at.emit(tag);
      return [slice(node.start, tag.start), plain, slice(tag.end, node.quasi.start), copy(node.quasi, at)];
    }
    case 'CallExpression':
      return callExpression(node, at);
    case 'Literal':
    case 'ArrayExpression':
    case 'ObjectExpression':
    case 'NewExpression':
      return making(node, at);
    case 'MemberExpression':
      return isInstrumentation(node) ? copy(node, at) : member(node, at);
    case 'ChainExpression':
      return chain(node.expression as Node, at);
    case 'MethodDefinition': {
      const isConstructor = node.kind === 'constructor' && !at.file.derived.has(node);
      const key = node.computed ? at.emit(node.key as Node) : slice(node.key.start, node.key.end);
      const value = at.file.functionOf(node.value, false, isConstructor);
      return [slice(node.start, node.key.start), key, slice(node.key.end, node.value.start), value];
    }
    case 'Property':
      if (node.shorthand && node.value.type === 'Identifier') {
        const renamed = at.file.rename(node.value);
        return typeof renamed === 'string' ? [`${node.value.name}: `, renamed] : slice(node.start, node.end);
      }
      return node.computed ? computedProperty(node, at) : copy(node, at);
    default:
      return copy(node, at);
  }
}

// `const { isInteger } = Number`: what is taken out knows of tensors. Elsewhere Number is the constructor that it is compared with.
function declarator(node: Extract<Node, { type: 'VariableDeclarator' }>, at: Place): Rope {
  const { id, init } = node;
  if (id.type !== 'ObjectPattern' || !init) return copy(node, at);
  const hasPosition = id.properties.some(
    (p) => p.type === 'Property' && p.key.type === 'Literal' && /^\d+$/.test(String(p.key.value)),
  );
  if (hasPosition) {
    const value = call(at, 'byPosition', argument(init as Node, at));
    return [slice(node.start, id.start), at.emit(id), slice(id.end, init.start), value];
  }
  if (init.type !== 'Identifier') return copy(node, at);
  if (init.name !== 'Number' || !isGlobal(init, at)) return copy(node, at);
  return [slice(node.start, id.start), at.emit(id), slice(id.end, init.start), `${at.file.names.ag}.Number`];
}

function computedProperty(node: Extract<Node, { type: 'Property' }>, at: Place): Rope {
  const [key, value] = [node.key as Node, node.value as Node];
  if (key.type === 'Literal' || node.kind !== 'init' || node.method) return copy(node, at);
  const spelled = call(at, 'computedKey', argument(key, at));
  return [
    slice(node.start, key.start),
    spelled,
    slice(key.end, value.start),
    at.emit(value),
    slice(value.end, node.end),
  ];
}

function expressionStatement(expression: Node, node: Node, at: Place): Rope {
  const inner = effect(expression, at);
  return [slice(node.start, expression.start), inner, slice(expression.end, node.end)];
}

// Objects that are changed later are remembered with the place they were made at: only those may change inside a staged branch.
function making(node: Node, at: Place): Rope {
  const value = node.type === 'NewExpression' ? newExpression(node, at) : copy(node, at);
  return at.file.objects.made.has(node) ? call(at, 'fresh', value) : value;
}
