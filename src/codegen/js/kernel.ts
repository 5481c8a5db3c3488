// The JavaScript of a kernel: one function, specialised to its sizes and strides, whose parameters are typed arrays.
import { indexRange, rangeOf } from '../../loop/interval.ts';
import { spellExpr, spellName, spellStored } from '../../loop/javascript.ts';
import type { Kernel, Stmt } from '../../loop/kernel.ts';
import { namesBound } from '../../loop/names.ts';
import { InternalError, unreachable } from '../../util/errors.ts';
import { block, type Context, withRange } from './context.ts';
import { loadsWithin, spellElement } from './element.ts';
import { spellReduce } from './reduce.ts';

/** A function declaration named `name`. `messageIndex` gives the number under which an assertion's message is known at run time. */
export function spellKernel(kernel: Kernel, name: string, messageIndex: (message: string) => number): string {
  const taken = new Set([...kernel.buffers.map((b) => b.name), ...namesBound(kernel.body)]);
  const context: Context = {
    ranges: new Map(),
    messageIndex,
    fresh(base) {
      let free = base;
      while (taken.has(free)) free += '_';
      return free;
    },
  };
  const params = kernel.buffers.map((b) => spellName(b.name)).join(', ');
  return block(`function ${spellName(name)}(${params})`, spellAll(kernel.body, context)).join('\n');
}

/** The lines of statements in one scope; an integer `let` tells those after it what it may be. */
function spellAll(body: readonly Stmt[], context: Context): string[] {
  let known = context;
  const lines: string[] = [];
  for (let at = 0; at < body.length; at++) {
    const s = body[at]!;
    const together = startingAlike(body, at);
    if (together.length > 1) {
      lines.push(
        ...wrapped(
          'let ',
          together.map(({ name, value }) => `${spellName(name)} = ${spellExpr(value)}`),
        ),
      );
      at += together.length - 1;
      continue;
    }
    lines.push(...spellStatement(s, known));
    if (s.kind === 'let' && s.value.type === 'i32')
      known = withRange(known, s.name, rangeOf(s.value, known.ranges));
  }
  return lines;
}

type Var = Extract<Stmt, { readonly kind: 'var' }>;

/** The variables in a row that start from constants: the accumulators of a tile share one declaration. */
function startingAlike(body: readonly Stmt[], at: number): readonly Var[] {
  const vars: Var[] = [];
  for (const s of body.slice(at)) {
    if (s.kind !== 'var' || s.value.kind !== 'const') break;
    vars.push(s);
  }
  return vars;
}

const lineWidth = 100;

/** `head a, b, c;` on as many lines as it takes. */
function wrapped(head: string, items: readonly string[]): string[] {
  const lines = [head];
  items.forEach((item, i) => {
    const piece = `${item}${i < items.length - 1 ? ', ' : ';'}`;
    const last = lines.at(-1)!;
    if (last.length + piece.length > lineWidth && last !== head) lines.push(`  ${piece}`);
    else lines[lines.length - 1] = last + piece;
  });
  return lines.map((line) => line.trimEnd());
}

function spellStatement(s: Stmt, context: Context): string[] {
  const loads = loadsWithin(context.ranges);
  switch (s.kind) {
    case 'for': {
      const i = spellName(s.index);
      return block(
        `for (let ${i} = 0; ${i} < ${spellCount(s.extent)}; ${i}++)`,
        spellAll(s.body, withRange(context, s.index, indexRange(s.extent))),
      );
    }
    case 'let':
      return [`const ${spellName(s.name)} = ${spellExpr(s.value, loads)};`];
    case 'var':
      return [`let ${spellName(s.name)} = ${spellExpr(s.value, loads)};`];
    case 'assign':
      return [`${spellName(s.name)} = ${spellExpr(s.value, loads)};`];
    case 'store':
      return [`${spellElement(s.buffer, s.index, context.ranges)} = ${spellStored(s.value, loads)};`];
    case 'if': {
      const then = block(`if (${spellExpr(s.cond, loads)})`, spellAll(s.then, context));
      if (s.otherwise.length === 0) return then;
      return [...then.slice(0, -1), ...block('} else', spellAll(s.otherwise, context))];
    }
    case 'reduce':
      spellCount(s.extent);
      return spellReduce(s, context, spellAll);
    case 'assert':
      return [
        `if (!(${spellExpr(s.cond, loads)})) $fail(${spellCount(context.messageIndex(s.message))}, ${spellExpr(s.got, loads)});`,
      ];
    default:
      return unreachable(s);
  }
}

/** A number of elements, rounds or bytes, checked before it becomes code. */
export function spellCount(n: number): string {
  if (!Number.isSafeInteger(n) || n < 0) throw new InternalError(`${String(n)} is no count to spell`);
  return String(n);
}
