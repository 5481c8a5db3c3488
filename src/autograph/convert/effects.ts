// Expressions whose value nobody reads: `a && b()` is then an `if`, as minifiers write it, and `i++` needs no value.
import type { SequenceExpression } from 'acorn';
import type { Node } from '../ast.ts';
import { argument, call, type Place } from '../context.ts';
import { join, mark, type Rope } from '../rope.ts';
import { stateOf } from '../state.ts';
import { isInstrumentation, update } from './assignments.ts';
import { callExpression } from './calls.ts';

export function effect(node: Node, at: Place): Rope {
  switch (node.type) {
    case 'UpdateExpression':
      return isInstrumentation(node.argument as Node) ? at.emit(node) : update(node, true, at);
    case 'CallExpression':
      return callExpression(node, at);
    case 'LogicalExpression': {
      if (node.operator === '??') return at.emit(node);
      const test = argument(node.left as Node, at);
      const right = node.right as Node;
      return branches(node, node.operator === '&&' ? test : call(at, 'not', test), [right], at);
    }
    case 'ConditionalExpression':
      return branches(
        node,
        argument(node.test as Node, at),
        [node.consequent as Node, node.alternate as Node],
        at,
      );
    case 'SequenceExpression':
      return join(
        node.expressions.map((e) => effect(e as Node, at)),
        ', ',
      );
    default:
      return at.emit(node);
  }
}

/** `a, b, c`: only the value of the last is read. */
export function sequence({ expressions }: SequenceExpression, at: Place): Rope {
  const last = expressions.length - 1;
  return join(
    expressions.map((e, i) => (i < last ? effect(e as Node, at) : at.emit(e as Node))),
    ', ',
  );
}

function branches(node: Node, test: Rope, sides: readonly Node[], at: Place): Rope {
  const state = stateOf({ start: sides[0]!.start, end: node.end, after: null, jumps: [], node }, at);
  const [yes, no] = sides.map((s): Rope => ['() => { ', braced(s, at), '; }']);
  return [mark(node.start), call(at, 'ifStatement', test, yes!, no ?? 'null', state)];
}

// A statement must not begin with a brace, or with a word that declares.
function braced(node: Node, at: Place): Rope {
  const word = /^(?:\{|function\b|class\b|let\b)/.test(at.file.source.slice(node.start, node.start + 9));
  return word ? ['(', at.emit(node), ')'] : effect(node, at);
}
