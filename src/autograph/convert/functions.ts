// Functions: each is converted with jumps and variables of its own. The outermost tells the runtime what it captures.
import { directivesOf, type FunctionNode, type Node } from '../ast.ts';
import { type FileContext, type FunctionContext, type Place, placeOf } from '../context.ts';
import { analyseJumps } from '../jumps.ts';
import { analyseLiveness } from '../liveness.ts';
import { type Rope, slice } from '../rope.ts';
import { type Binding, isReassigned, referencesWithin } from '../scope.ts';
import { cellsOfFunction } from './cells.ts';
import { emitIn } from './emit.ts';
import { list } from './statements.ts';

/** A function, converted. `outermost`: what is around it is not. `constructs`: it is a constructor without a base class. */
export function functionOf(
  node: FunctionNode,
  file: FileContext,
  outermost: boolean,
  constructs: boolean,
): Rope {
  const jumps = analyseJumps(node);
  const fn: FunctionContext = {
    node,
    jumps,
    liveness: analyseLiveness(node, file.scopes, jumps),
    flags: new Map(),
    asked: new Set(),
    hoisted: new Set(),
  };
  const at: Place = { file, fn, emit: (n) => emitIn(n, at) };
  const { ag, did, ret } = file.names;
  const body = node.body as Node;
  const parts: Rope[] = [];
  let from = node.start;
  for (const p of node.params) {
    parts.push(slice(from, p.start), at.emit(p as Node));
    from = p.end;
  }
  const enter = outermost ? `${ag}.enter(${metadataOf(node, file)})` : null;

  if (body.type !== 'BlockStatement') {
    // Parentheses around an expression body lie outside its node.
    const value: Rope = [slice(from, body.start), at.emit(body), slice(body.end, node.end)];
    if (enter === null) return [parts, value];
    const arrow = file.source.indexOf('=>', from) + 2;
    const own = file.source.slice(arrow, body.start);
    const inner: Rope = [own, at.emit(body), slice(body.end, node.end)];
    return [parts, slice(from, arrow), ` (${enter}, `, inner, ')'];
  }

  const statements = body.body as Node[];
  const directives = directivesOf(node).length;
  const first = directives === 0 ? body.start + 1 : statements[directives - 1]!.end;
  const rest = statements.slice(directives);
  const content = list(rest, { tail: true, from: first }, at);
  const cells = cellsOfFunction(at);
  const prologue: Rope = () => {
    const hoisted = [...fn.hoisted].filter((name) => !isParameter(name, node, file));
    const returns = [...fn.asked].some((j) => j.kind === 'return') ? `let ${did} = false, ${ret}; ` : '';
    return [
      enter === null ? '' : ` ${enter};`,
      constructs ? ` ${ag}.fresh(this);` : '',
      hoisted.length === 0 ? '' : ` var ${hoisted.join(', ')};`,
      cells,
      returns === '' ? '' : ` ${returns}`,
    ];
  };
  const end = Math.max(rest.at(-1)?.end ?? first, first);
  return [parts, slice(from, first), prologue, content, slice(end, node.end)];
}

function isParameter(name: string, node: FunctionNode, file: FileContext): boolean {
  return referencesWithin(file.scopes, node.start, node.end).some(
    (r) => r.binding?.name === name && r.binding.kind === 'param' && r.binding.owner === node,
  );
}

// What guards and reports are made of: variables of the surroundings that may change, and those the function assigns.
function metadataOf(node: FunctionNode, file: FileContext): string {
  const captures = new Map<Binding, boolean>();
  const assigned = new Map<Binding, number>();
  for (const r of referencesWithin(file.scopes, node.start, node.end)) {
    const { binding } = r;
    if (binding === null || isWithin(binding, node)) continue;
    if (r.write) assigned.set(binding, assigned.get(binding) ?? r.node.start);
    else if (binding.kind === 'import' ? !isCallee(binding) : binding.free || isReassigned(binding))
      captures.set(binding, true);
  }
  const thunks = [...captures.keys()]
    .filter((b) => !assigned.has(b))
    .map((b) => `${JSON.stringify(b.name)}: () => ${b.spelled ?? b.name}`);
  const writes = [...assigned].map(
    ([b, at]) => `${JSON.stringify(b.name)}: ${JSON.stringify(placeOf(file, at))}`,
  );
  const parts = [`at: ${JSON.stringify(placeOf(file, node.start))}`];
  if (thunks.length > 0) parts.push(`captures: { ${thunks.join(', ')} }`);
  if (writes.length > 0) parts.push(`assigned: { ${writes.join(', ')} }`);
  return `{ ${parts.join(', ')} }`;
}

// Its own name is a function expression's own too.
function isWithin(binding: Binding, node: FunctionNode): boolean {
  if (binding.owner === node) return true;
  return binding.declared >= node.start && binding.declared < node.end && binding.owner !== null;
}

// A name that is only ever called is a function: no primitive to guard.
function isCallee(binding: Binding): boolean {
  return binding.from?.imported === '*' || /^[A-Z]/.test(binding.name);
}
