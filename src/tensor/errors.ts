// Messages that teach: what to write instead where JavaScript would quietly turn a tensor into a number or a string.

/** What JavaScript asks of an object it converts: `+x` and `x < y` ask for a number, `x + y` and `x == 1` for either. */
export type PrimitiveHint = 'number' | 'string' | 'default';

const operators: Readonly<Record<PrimitiveHint, string>> = {
  number:
    'a number, by an operator such as - * / % ** < <= > >= or a function such as Math.exp, or by an op that takes a JavaScript number there',
  default: 'a primitive, by + or ==',
  string:
    'a string, by a template literal, String(x), as a property name, or by an op that takes a JavaScript value there (an axis, a size)',
};

/** How to say it with methods. Shared by eager and traced tensors, so that both modes teach the same. */
export const writeOps = 'x.add(1), x.neg(), x.greater(0), x.equal(y), x.exp()';

/** First half of the message for a tensor met by a JavaScript operator; the caller adds why and the ways out. */
export function conversionSummary(what: string, hint: PrimitiveHint): string {
  return `${what} was converted to ${operators[hint]}`;
}
