// switch: which case it is becomes a number, the cases a chain of branches. A case that falls through shares the branch of the one it falls into.
import type { SwitchStatement } from 'acorn';
import { isFunction, type Node, walk } from '../ast.ts';
import { argument, call, flagOf, type Place, placeOf, thunk } from '../context.ts';
import type { Jump } from '../jumps.ts';
import { mark, type Rope } from '../rope.ts';
import { stateOf } from '../state.ts';
import { list } from './statements.ts';

interface Segment {
  /** Of the cases that enter here, the last one's index. */
  readonly last: number;
  readonly statements: readonly Node[];
}

// JavaScript asks the tests up to the one that holds; all of them are asked where that is data.
function assigns(test: Node): boolean {
  let found = false;
  walk(test, (node) => {
    if (node.type === 'AssignmentExpression' || node.type === 'UpdateExpression') found = true;
    return !isFunction(node);
  });
  return found;
}

export function switchStatement(node: SwitchStatement, at: Place): Rope {
  const { jumps } = at.fn;
  const { value, ag } = at.file.names;
  const chosen = `${value}Case`;
  const breaks = [
    ...node.cases.flatMap((c) => c.consequent.flatMap((s) => [...jumps.escaping(s as Node)])),
  ].find((j) => j.kind === 'break' && j.target === node);
  const flag: Rope = () =>
    breaks !== undefined && at.fn.asked.has(breaks) ? `let ${flagOf(breaks, at)} = false; ` : '';
  const tests = node.cases.map((c): Rope => (c.test ? thunk(c.test as Node, at) : 'null'));
  const choice = call(at, 'switchCase', argument(node.discriminant as Node, at), [
    '[',
    tests.map((t, i) => (i === 0 ? t : [', ', t])),
    node.cases.some((c) => c.test && assigns(c.test as Node))
      ? `], ${JSON.stringify(placeOf(at.file, node.start))}`
      : ']',
  ]);
  const runs = runsOf(node, at);
  const chain = (i: number): Rope => {
    const run = runs[i];
    if (run === undefined) return '';
    const [first, last] = [run[0]!.statements[0] ?? node, run.at(-1)!];
    const rest = i + 1 < runs.length ? chain(i + 1) : '';
    const end = node.end;
    const state = stateOf(
      {
        start: first.start,
        end,
        after: at.fn.liveness.after(node),
        jumps: leaving(runs.slice(i).flat(), at),
        node: first,
      },
      at,
    );
    // Where there is a default, whoever gets to the last run enters it.
    if (rest === '' && node.cases.some((c) => !c.test)) return segments(run, chosen, node, at);
    const test = `${ag}.lessEqual(${chosen}, ${last.last})`;
    const otherwise: Rope = rest === '' ? 'null' : ['() => { ', rest, ' }'];
    return [
      mark(first.start),
      `${ag}.ifStatement(${test}, () => { `,
      segments(run, chosen, node, at),
      ' }, ',
      otherwise,
      ', ',
      state,
      ');',
    ];
  };
  return [mark(node.start), '{ ', flag, `const ${chosen} = `, choice, '; ', chain(0), ' }'];
}

function leaving(run: readonly Segment[], at: Place): Set<Jump> {
  return new Set(run.flatMap((s) => s.statements.flatMap((x) => [...at.fn.jumps.escaping(x)])));
}

// The statements of a run: all but the last segment only for those cases that enter at or before them.
function segments(run: readonly Segment[], chosen: string, node: SwitchStatement, at: Place): Rope {
  const { ag } = at.file.names;
  const { liveness } = at.fn;
  const last = run.at(-1)!;
  const enters = (segment: Segment): string => `${ag}.lessEqual(${chosen}, ${segment.last})`;
  // A case may break on some ways and fall through on others: what follows runs only if it did not.
  const taken = new Set<Jump>();
  const unless = (): string | null => {
    if (taken.size === 0) return null;
    for (const j of taken) at.fn.asked.add(j);
    return `${ag}.none(${[...taken].map((j) => flagOf(j, at)).join(', ')})`;
  };
  const part = (segment: Segment, tests: readonly (string | null)[]): Rope => {
    const { statements } = segment;
    if (statements.length === 0) return '';
    const [first, end] = [statements[0]!, statements.at(-1)!];
    const inside = list(statements, { tail: false, from: first.start }, at);
    return tests.reduceRight((content: Rope, test): Rope => {
      if (test === null) return content;
      const after = liveness.after(end);
      const jumps = leaving([segment], at);
      const state = stateOf({ start: first.start, end: end.end, after, jumps, node: first }, at);
      return [`${ag}.ifStatement(${test}, () => { `, content, ' }, null, ', state, '); '];
    }, inside);
  };
  const parts = run.slice(0, -1).map((segment): Rope => {
    checkDeclarations(segment, at);
    const made = part(segment, [unless(), enters(segment)]);
    for (const j of leaving([segment], at)) taken.add(j);
    return made;
  });
  const final: Segment = { ...last, statements: withoutBreak(last.statements, node, at) };
  return [parts, part(final, [unless()])];
}

// The `break` a case ends with ends its branch anyway.
function withoutBreak(statements: readonly Node[], node: SwitchStatement, at: Place): readonly Node[] {
  const last = statements.at(-1);
  if (last?.type === 'BlockStatement') return statements;
  const jump = last === undefined ? undefined : at.fn.jumps.of.get(last);
  return jump?.kind === 'break' && jump.target === node ? statements.slice(0, -1) : statements;
}

function checkDeclarations({ statements }: Segment, at: Place): void {
  for (const s of statements)
    if (s.type === 'VariableDeclaration' ? s.kind !== 'var' : s.type === 'ClassDeclaration')
      at.file.report.add(
        s.start,
        'a declaration in a case that falls through into the next; put braces around the case, or declare it before the switch',
      );
}

/** Cases grouped by falling through: every group ends where control leaves the switch. */
function runsOf(node: SwitchStatement, at: Place): Segment[][] {
  const runs: Segment[][] = [];
  let run: Segment[] = [];
  for (const [i, c] of node.cases.entries()) {
    const statements = c.consequent as Node[];
    const isLast = i === node.cases.length - 1;
    if (statements.length > 0 || isLast) run.push({ last: i, statements });
    if (isLast || statements.some((s) => at.fn.jumps.definite(s))) {
      runs.push(run);
      run = [];
    }
  }
  return runs.filter((r) => r.length > 0);
}
