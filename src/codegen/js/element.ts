// The JavaScript of an index into a buffer. Where interval analysis proves that i32 arithmetic does not wrap it is spelled with plain operators,
// which reads better and is what V8 turns into address arithmetic best.
import { exactRange, isExact, type Ranges } from '../../loop/interval.ts';
import { type Load, spellExpr, spellName } from '../../loop/javascript.ts';
import type { Expr } from '../../loop/kernel.ts';
import { primary, type Spelling, strengths, within } from '../../loop/precedence.ts';

const sum = strengths['+'];
const product = strengths['*'];

/** `buffer[index]`, as a place to read or to write. */
export function spellElement(buffer: string, index: Expr, ranges: Ranges): string {
  return `${spellName(buffer)}[${spellIndex(index, ranges)}]`;
}

/** The text of an integer expression where a number serves as well as an int32. */
export function spellIndex(index: Expr, ranges: Ranges): string {
  return spell(index, ranges).text;
}

/** The hook by which `spellExpr` reads buffers where `ranges` is known of the locals. */
export function loadsWithin(ranges: Ranges): (load: Load) => string {
  return (load) => spellElement(load.buffer, load.index, ranges);
}

function spell(e: Expr, ranges: Ranges): Spelling {
  if (e.kind === 'binary' && e.type === 'i32' && isExact(exactRange(e, ranges))) {
    const a = spell(e.a, ranges);
    const b = spell(e.b, ranges);
    // Sums and products of integers this small are exact, so they associate and need no parentheses on the right.
    if (e.op === 'add') return { text: `${within(a, sum)} + ${within(b, sum)}`, strength: sum };
    if (e.op === 'sub') return { text: `${within(a, sum)} - ${within(b, product)}`, strength: sum };
    if (e.op === 'mul')
      return { text: `${within(a, product)} * ${within(b, product + 1)}`, strength: product };
    if (e.b.kind === 'const' && e.b.value > 0) {
      if (e.op === 'div') return primary(`(${within(a, product)} / ${b.text} | 0)`);
      if (e.op === 'rem') return { text: `${within(a, product)} % ${b.text}`, strength: product };
    }
  }
  const text = spellExpr(e, loadsWithin(ranges));
  return e.kind === 'const' || e.kind === 'local' || e.kind === 'load'
    ? primary(text)
    : { text, strength: 0 };
}
