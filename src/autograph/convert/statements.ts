// Lists of statements, where jumps become flags: what follows a statement that may jump runs only if it did not.
// In tail position, where the function ends, `return` stays what it is and branches are returned.
import type { IfStatement } from 'acorn';
import type { Node } from '../ast.ts';
import { argument, call, flagOf, type Place, placeOf } from '../context.ts';
import type { Jump } from '../jumps.ts';
import type { Live } from '../liveness.ts';
import { mark, type Rope, slice } from '../rope.ts';
import { referencesWithin } from '../scope.ts';
import { stateOf } from '../state.ts';
import { cellsBefore, cellsOf } from './cells.ts';

/** Where a list of statements stands. */
export interface ListPlace {
  /** The function ends behind it. */
  readonly tail: boolean;
  /** Its text begins here: comments before the first statement belong to it. */
  readonly from: number;
}

const none: Live = new Set();

/** A block with its braces, and what is to run `first` in it. */
export function block(
  node: Extract<Node, { type: 'BlockStatement' }>,
  tail: boolean,
  at: Place,
  first: Rope = '',
): Rope {
  const statements = node.body as Node[];
  const last = statements.at(-1);
  return [
    '{',
    first,
    list(statements, { tail, from: node.start + 1 }, at),
    slice(last === undefined ? node.start + 1 : last.end, node.end),
  ];
}

/** Statements as the body of an arrow; `null` for none. */
export function body(statements: readonly Node[], tail: boolean, at: Place): Rope {
  const [only, ...more] = statements;
  if (only === undefined) return '{}';
  if (more.length === 0 && only.type === 'BlockStatement') return block(only, tail, at);
  return ['{ ', list(statements, { tail, from: only.start }, at), ' }'];
}

function branch(statements: readonly Node[], tail: boolean, at: Place): Rope {
  return statements.length === 0 ? 'null' : ['() => ', body(statements, tail, at)];
}

/** Statements one after the other, with the text between them. */
export function list(all: readonly Node[], { tail, from }: ListPlace, at: Place): Rope {
  const { jumps } = at.fn;
  const splits = all.some((s) => jumps.escaping(s).size > 0);
  // Functions are there before the first statement runs; behind a split they would be inside an arrow.
  const functions = splits ? all.filter((s) => s.type === 'FunctionDeclaration') : [];
  const parts: Rope[] = functions.map((f) => [' ', at.emit(f)]);
  const statements = splits ? all.filter((s) => s.type !== 'FunctionDeclaration') : all;
  let end = from;

  for (const [i, s] of statements.entries()) {
    const cells = cellsBefore(s, at);
    const comments = s.start >= end ? slice(end, s.start) : ' ';
    parts.push(functions.some((f) => f.start >= end && f.start < s.start) ? ' ' : comments, cells);
    end = s.end;
    const rest = statements.slice(i + 1);
    const escaping = jumps.escaping(s);
    if (escaping.size === 0) {
      parts.push(statement(s, at));
      continue;
    }
    if (jumps.of.has(s)) {
      parts.push(jump(s, tail, at));
      break;
    }
    if (rest.length > 0) checkScopes(statements.slice(0, i + 1), rest, at);
    if (s.type === 'IfStatement' && splitsCleanly(s, rest, tail, at)) {
      parts.push(conditional(s, rest, tail, at));
      break;
    }
    if (tail && rest.length === 0 && (s.type === 'BlockStatement' || s.type === 'TryStatement')) {
      parts.push(s.type === 'BlockStatement' ? block(s, true, at) : tryStatement(s, true, at));
      break;
    }
    parts.push(statement(s, at));
    if (jumps.definite(s)) {
      if (tail) parts.push(` return ${at.file.names.ret};`);
      break;
    }
    if (tail) parts.push(' return ', afterReturn(rest, s, at), ';');
    else if (rest.length > 0) parts.push(' ', guarded(rest, escaping, at), ';');
    if (tail || rest.length > 0) break;
  }
  return parts;
}

// A branch that always jumps: what follows belongs to the other branch, and no flag is needed to skip it.
function splitsCleanly(s: IfStatement, rest: readonly Node[], tail: boolean, at: Place): boolean {
  const { definite } = at.fn.jumps;
  const sides = definite(s.consequent as Node) || (!!s.alternate && definite(s.alternate as Node));
  return sides || (tail && rest.length === 0);
}

function conditional(s: IfStatement, rest: readonly Node[], tail: boolean, at: Place): Rope {
  const { definite, escaping } = at.fn.jumps;
  const then = [s.consequent as Node];
  const otherwise = s.alternate ? [s.alternate as Node] : [];
  const ends = definite(then[0]!);
  if (ends && (otherwise.length === 0 || !definite(otherwise[0]!))) otherwise.push(...rest);
  else if (!ends) then.push(...rest);
  const last = rest.at(-1) ?? s;
  const flags = new Set<Jump>();
  for (const node of [s, ...rest]) for (const j of escaping(node)) flags.add(j);
  const after = tail ? none : at.fn.liveness.after(last);
  const state = stateOf({ start: s.start, end: last.end, after, jumps: tail ? [] : flags, node: s }, at);
  const [yes, no] = [branch(then, tail, at), branch(otherwise, tail, at)];
  return [
    mark(s.start),
    tail ? 'return ' : '',
    call(at, tail ? 'ifReturn' : 'ifStatement', argument(s.test as Node, at), yes, no, state),
    ';',
  ];
}

// What runs after a statement that may have returned, and then ends the function.
function afterReturn(rest: readonly Node[], s: Node, at: Place): Rope {
  const { did, ret } = at.file.names;
  const [first, last] = [rest[0] ?? s, rest.at(-1) ?? s];
  const start = rest.length === 0 ? s.end : first.start;
  const state = stateOf({ start, end: last.end, after: none, jumps: [], node: s }, at);
  return call(at, 'afterReturn', did, ret, ['() => ', body(rest, true, at)], state);
}

/** Statements that run only if none of these jumps has been taken. */
function guarded(rest: readonly Node[], taken: ReadonlySet<Jump>, at: Place): Rope {
  const { jumps, liveness } = at.fn;
  for (const j of taken) at.fn.asked.add(j);
  const last = rest.at(-1)!;
  const inside = new Set(rest.flatMap((s) => [...jumps.escaping(s)]));
  const state = stateOf(
    { start: rest[0]!.start, end: last.end, after: liveness.after(last), jumps: inside, node: rest[0]! },
    at,
  );
  const flags = [...taken].map((j) => flagOf(j, at)).join(', ');
  return call(at, 'ifStatement', call(at, 'none', flags), ['() => ', body(rest, false, at)], 'null', state);
}

// A `let` behind the split moves into an arrow: what stands before it could no longer mention it.
function checkScopes(before: readonly Node[], rest: readonly Node[], at: Place): void {
  const { scopes, report } = at.file;
  const [start, end] = [rest[0]!.start, rest.at(-1)!.end];
  for (const r of referencesWithin(scopes, before[0]!.start, before.at(-1)!.end)) {
    const { binding } = r;
    if (binding === null || binding.declared < start || binding.declared >= end) continue;
    report.add(
      r.node.start,
      `'${binding.name}' is mentioned before its declaration, and a jump stands between the two; declare it before the jump`,
    );
  }
}

/** One statement that is not at the end of the function. */
export function statement(s: Node, at: Place): Rope {
  switch (s.type) {
    case 'IfStatement':
      return plainIf(s, at);
    case 'BlockStatement':
      return block(s, false, at);
    case 'LabeledStatement':
      return labelled(s, at);
    case 'TryStatement':
      return tryStatement(s, false, at);
    case 'ReturnStatement':
    case 'BreakStatement':
    case 'ContinueStatement':
      return jump(s, false, at);
    case 'EmptyStatement':
      return '';
    default: {
      const text = at.emit(s);
      const ends = s.type === 'ExpressionStatement' || s.type === 'VariableDeclaration';
      return ends && at.file.source[s.end - 1] !== ';' ? [text, ';'] : text;
    }
  }
}

function plainIf(s: IfStatement, at: Place): Rope {
  const yes = branch([s.consequent as Node], false, at);
  const no = s.alternate ? branch([s.alternate as Node], false, at) : 'null';
  const { jumps, liveness } = at.fn;
  const state = stateOf(
    { start: s.start, end: s.end, after: liveness.after(s), jumps: jumps.escaping(s), node: s },
    at,
  );
  return [mark(s.start), call(at, 'ifStatement', argument(s.test as Node, at), yes, no, state), ';'];
}

// A jump as a flag, or in tail position the return that it is.
function jump(s: Node, tail: boolean, at: Place): Rope {
  const taken = at.fn.jumps.of.get(s)!;
  const { did, ret } = at.file.names;
  if (taken.kind === 'return') {
    const value = s.type === 'ReturnStatement' && s.argument ? s.argument : null;
    if (tail) {
      return value === null
        ? [mark(s.start), 'return;']
        : [mark(s.start), 'return ', argument(value as Node, at), ';'];
    }
    at.fn.asked.add(taken);
    const result = value === null ? 'undefined' : argument(value as Node, at);
    return [mark(s.start), `${ret} = `, result, `; ${did} = true;`];
  }
  const flag = flagOf(taken, at);
  return [mark(s.start), () => (at.fn.asked.has(taken) ? `${flag} = true;` : ';')];
}

// A label on a statement that is no loop: breaking out of it skips what is left of it.
function labelled(s: Extract<Node, { type: 'LabeledStatement' }>, at: Place): Rope {
  const inner = s.body as Node;
  const own = [...at.fn.jumps.escaping(inner)].filter((j) => j.target === s);
  const declared: Rope = () => {
    const asked = own.filter((j) => at.fn.asked.has(j)).map((j) => `${flagOf(j, at)} = false`);
    return asked.length === 0 ? '' : `let ${asked.join(', ')}; `;
  };
  return ['{ ', declared, statement(inner, at), ' }'];
}

/** `try` runs while tracing. What is staged inside it may not throw, which the runtime checks. */
export function tryStatement(s: Extract<Node, { type: 'TryStatement' }>, tail: boolean, at: Place): Rope {
  const { ag, value } = at.file.names;
  const where = JSON.stringify(placeOf(at.file, s.start));
  const parts: Rope[] = [
    `{ const ${value} = ${ag}.enterTry(${where}); try { try `,
    block(s.block, tail, at),
    ` catch ($e) { throw ${ag}.failed(${value}, $e); } finally { ${ag}.leaveTry(${value}); } }`,
  ];
  if (s.handler) {
    const { param } = s.handler;
    const first: Rope = [param ? cellsOf(param, at) : '', tail ? '' : jumpsUndone(s.block, at)];
    parts.push(' catch ', param ? ['(', at.emit(param as Node), ') '] : '');
    parts.push(block(s.handler.body, tail, at, first));
  }
  // What the runtime refused is thrown again behind everything that could have caught it.
  parts.push(
    ' finally { ',
    s.finalizer ? [block(s.finalizer, false, at), ' '] : '',
    `${ag}.endTry(${value}); } }`,
  );
  return parts;
}

// A jump on its way out of a block that then throws, in a finally, is forgotten.
function jumpsUndone(tried: Node, at: Place): Rope {
  const jumps = [...at.fn.jumps.escaping(tried)];
  return () =>
    jumps
      .filter((j) => at.fn.asked.has(j))
      .map((j) => ` ${flagOf(j, at)} = false;`)
      .join('');
}
