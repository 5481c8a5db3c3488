// Text of expressions that knows how tightly it binds, so that parentheses stand only where they are needed.

/** Text with the precedence of its outermost operator. */
export interface Spelling {
  readonly text: string;
  readonly strength: number;
}

// Precedences of ECMAScript's operators: the greater binds tighter.
export const strengths = {
  conditional: 1,
  '||': 2,
  '&&': 3,
  '|': 4,
  '^': 5,
  '&': 6,
  '===': 7,
  '!==': 7,
  '<': 8,
  '<=': 8,
  '>': 8,
  '>=': 8,
  '<<': 9,
  '>>': 9,
  '>>>': 9,
  '+': 10,
  '-': 10,
  '*': 11,
  '/': 11,
  '%': 11,
  prefix: 12,
  primary: 13,
} as const;
export type Operator = Exclude<keyof typeof strengths, 'conditional' | 'prefix' | 'primary'>;

export const primary = (text: string): Spelling => ({ text, strength: strengths.primary });
export const prefix = (sign: '-' | '!', x: Spelling): Spelling => ({
  text: sign + within(x, strengths.prefix + 1),
  strength: strengths.prefix,
});
export const called = (name: string, ...args: Spelling[]): Spelling =>
  primary(`${name}(${args.map((a) => a.text).join(', ')})`);
/** The text where operators of strength `least` and more may stand: in parentheses if it binds less tightly. */
export const within = (x: Spelling, least: number): string => (x.strength < least ? `(${x.text})` : x.text);

/** All of JavaScript's binary operators associate to the left; arithmetic on floats does not, so a right operand of equal strength keeps its parentheses. */
export function infix(operator: Operator, a: Spelling, b: Spelling): Spelling {
  const strength = strengths[operator];
  return { text: `${within(a, strength)} ${operator} ${within(b, strength + 1)}`, strength };
}
