// Loops: test, body and update become arrows, break and continue flags.
import type { ForInStatement, ForOfStatement, ForStatement, VariableDeclaration } from 'acorn';
import { type LoopNode, type Node, targetsOf, walk } from '../ast.ts';
import { argument, call, flagOf, type Place, thunk } from '../context.ts';
import type { Jump } from '../jumps.ts';
import { mark, type Rope, slice } from '../rope.ts';
import type { Binding } from '../scope.ts';
import { stateOf } from '../state.ts';
import { assignPattern, hoistVar } from './assignments.ts';
import { cellsOf } from './cells.ts';
import { effect } from './effects.ts';
import { methodName } from './methods.ts';
import { body } from './statements.ts';

/** A loop as a call of the runtime, in a block that holds its variables and its flag. */
export function loop(node: LoopNode, at: Place): Rope {
  const { jumps } = at.fn;
  const inside = [...jumps.escaping(node.body as Node)];
  const own = (kind: Jump['kind']): Jump | undefined =>
    inside.find((j) => j.kind === kind && j.target === node);
  const [breaks, continues] = [own('break'), own('continue')];
  const leaving = inside.filter((j) => j !== continues);
  for (const j of leaving) at.fn.asked.add(j);

  const stop: Rope =
    leaving.length === 0
      ? 'null'
      : leaving.length === 1
        ? `() => ${flagOf(leaving[0]!, at)}`
        : ['() => ', call(at, 'any', leaving.map((j) => flagOf(j, at)).join(', '))];
  const flag = breaks === undefined ? '' : `let ${flagOf(breaks, at)} = false; `;
  const skip: Rope = () =>
    continues !== undefined && at.fn.asked.has(continues) ? `let ${flagOf(continues, at)} = false; ` : '';
  const content: Rope =
    continues === undefined
      ? body([node.body as Node], false, at)
      : ['{ ', skip, body([node.body as Node], false, at), ' }'];
  const state = stateOf(
    {
      // The variables of a `for` are around its iterations, not in them.
      start: node.type === 'ForStatement' && node.init ? node.init.end : node.start,
      end: node.end,
      after: at.fn.liveness.after(node),
      head: at.fn.liveness.atHead(node),
      jumps: leaving,
      node,
    },
    at,
  );

  const made = ((): Rope => {
    switch (node.type) {
      case 'WhileStatement':
        return call(
          at,
          'whileStatement',
          thunk(node.test as Node, at),
          ['() => ', content],
          'null',
          stop,
          state,
        );
      case 'DoWhileStatement':
        return call(
          at,
          'doWhileStatement',
          thunk(node.test as Node, at),
          ['() => ', content],
          'null',
          stop,
          state,
        );
      case 'ForStatement':
        return forStatement(node, content, stop, state, at);
      case 'ForInStatement':
      case 'ForOfStatement':
        return forEach(node, content, stop, state, at);
    }
  })();
  return [mark(node.start), '{ ', flag, made, '; }'];
}

function forStatement(node: ForStatement, content: Rope, stop: Rope, state: Rope, at: Place): Rope {
  const test: Rope = node.test ? thunk(node.test as Node, at) : '() => true';
  const update: Rope = node.update ? ['() => { ', effect(node.update as Node, at), '; }'] : 'null';
  const { init } = node;
  if (init?.type === 'VariableDeclaration' && init.kind !== 'var' && capturedInLoop(init, node, at))
    return forEveryIteration(init, { test, update, content, stop, state }, at);
  const start: Rope = !init ? '' : [at.emit(init as Node), at.file.source[init.end - 1] === ';' ? ' ' : '; '];
  return [start, call(at, 'whileStatement', test, ['() => ', content], update, stop, state)];
}

// Does a closure made in the loop keep one of its variables? Then every iteration needs variables of its own.
function capturedInLoop(init: VariableDeclaration, node: ForStatement, at: Place): boolean {
  return init.declarations
    .flatMap((d) => targetsOf(d.id))
    .some((id) => {
      const binding = id.type === 'Identifier' ? at.file.scopes.of.get(id)?.binding : undefined;
      return binding?.references.some(
        (r) => r.owner !== binding.owner && r.node.start >= node.start && r.node.end <= node.end,
      );
    });
}

interface Parts {
  readonly test: Rope;
  readonly update: Rope;
  readonly content: Rope;
  readonly stop: Rope;
  readonly state: Rope;
}

function forEveryIteration(
  init: VariableDeclaration,
  { test, update, content, stop, state }: Parts,
  at: Place,
): Rope {
  const names = init.declarations
    .flatMap((d) => targetsOf(d.id))
    .map((id) => (id.type === 'Identifier' ? id.name : ''))
    .join(', ');
  const first: Rope = ['() => { ', at.emit(init), `; return [${names}]; }`];
  const parts: Rope = [
    `([${names}]) => { `,
    init.declarations.map((d) => cellsOf(d.id, at)),
    'return ({ test: ',
    test,
    ', body: () => ',
    content,
    ', update: ',
    update,
    ', stop: ',
    stop,
    `, own: () => [${names}], state: `,
    state,
    ' }); }',
  ];
  return call(at, 'forStatement', first, parts);
}

// Arrays that the loop pushes to, and also mentions otherwise: staged, it gathers what is pushed until it is over.
function readWhilePushed(node: ForOfStatement | ForInStatement, at: Place): readonly string[] {
  const pushed = new Map<Binding, Set<Node>>();
  walk(node.body as Node, (inner) => {
    if (inner.type !== 'CallExpression' || inner.callee.type !== 'MemberExpression') return true;
    const object = inner.callee.object as Node;
    if (methodName(inner.callee) !== 'push' || object.type !== 'Identifier') return true;
    const binding = at.file.scopes.of.get(object)?.binding;
    if (binding) pushed.set(binding, (pushed.get(binding) ?? new Set()).add(object));
    return true;
  });
  return [...pushed].flatMap(([binding, objects]) => {
    const isOutside = binding.declared < node.start;
    const isRead = binding.references.some(
      (r) => r.node.start >= node.start && r.node.end <= node.end && !objects.has(r.node),
    );
    return isOutside && isRead ? [binding.spelled ?? binding.name] : [];
  });
}

// for-of and for-in: the body gets the item and gives it the name it has in the program.
function forEach(
  node: ForOfStatement | ForInStatement,
  content: Rope,
  stop: Rope,
  state: Rope,
  at: Place,
): Rope {
  const { value } = at.file.names;
  const { left } = node;
  let start: Rope;
  if (left.type === 'VariableDeclaration') {
    const [declared] = left.declarations;
    const pattern = declared!.id;
    if (left.kind === 'var') {
      hoistVar(left, at);
      start = [assignPattern(pattern, value, at), '; '];
    } else
      start = [
        cellsOf(pattern, at),
        slice(left.start, pattern.start),
        at.emit(pattern as Node),
        ` = ${value}; `,
      ];
  } else start = [assignPattern(left, value, at), '; '];
  const name = node.type === 'ForOfStatement' ? 'forOf' : 'forIn';
  const items = argument(node.right as Node, at);
  // An iterator that a call gives has not been anywhere yet.
  const over = name === 'forOf' && node.right.type === 'CallExpression' ? call(at, 'started', items) : items;
  const read = name === 'forOf' ? readWhilePushed(node, at) : [];
  const arrays = read.length === 0 ? [] : [`() => [${read.join(', ')}]`];
  return call(at, name, over, [`(${value}) => { `, start, content, ' }'], stop, state, ...arrays);
}
