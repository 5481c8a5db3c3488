// The one JavaScript spelling of kernel expressions, used by eager mathematics and by the JavaScript emitter.
//
// Scalars: f32 and f64 are numbers (an f32 is always a float32 value), i32 is an integer number, bool is a JavaScript boolean.
// In buffers a bool is a byte: loads compare it with 0, `spellStored` turns it into 0 or 1.
// Names that begin with `$` belong to this file (`$bits`, `$exp`); names of kernels cannot contain `$`, so the two never meet.
import { InternalError, unreachable } from '../util/errors.ts';
import type { BinaryOp, CompareOp, Expr, Scalar, ScalarFunction, Stmt, UnaryOp } from './kernel.ts';
import { isIdentifier } from './names.ts';
import {
  called,
  infix,
  type Operator,
  prefix,
  primary,
  type Spelling,
  strengths,
  within,
} from './precedence.ts';
import { bodyOf, functionsUsed, visitExprs } from './visit.ts';

export type Load = Extract<Expr, { readonly kind: 'load' }>;
/** The JavaScript of the number a load reads: a primary expression such as `a0[i]`. */
export type SpellLoad = (load: Load) => string;
type Binary = Extract<Expr, { readonly kind: 'binary' }>;

const wrapped = (x: Spelling): Spelling => infix('|', x, primary('0'));
const rounded = (type: Scalar, x: Spelling): Spelling => (type === 'f32' ? called('Math.fround', x) : x);

// What cannot be a name: reserved words, and the globals that spelled code reads.
const reserved: ReadonlySet<string> = new Set(
  (
    'arguments await break case catch class const continue debugger default delete do else enum eval export extends false finally for function if ' +
    'implements import in instanceof interface let new null package private protected public return static super switch this throw true try typeof ' +
    'undefined var void while with yield Infinity Math NaN Float32Array Float64Array Int32Array Uint8Array'
  ).split(' '),
);

/** The name itself, checked to be an identifier that means nothing else in JavaScript. */
export function spellName(name: string): string {
  if (!isIdentifier(name) || reserved.has(name))
    throw new InternalError(`kernel name ${JSON.stringify(name)} is no JavaScript identifier`);
  return name;
}

/** The text of an expression of strict semantics. `spellLoad` gives the number stored in a buffer; by default `buffer[index]`. */
export function spellExpr(e: Expr, spellLoad: SpellLoad = spellElement): string {
  return spell(e, spellLoad).text;
}

/** The text of an expression that is stored into its buffer: the typed array rounds to float32 itself, and takes a bool as 0 or 1. */
export function spellStored(e: Expr, spellLoad: SpellLoad = spellElement): string {
  return (e.type === 'f32' ? unrounded(e, spellLoad) : number(e, spellLoad)).text;
}

function spellElement(load: Load): string {
  return `${spellName(load.buffer)}[${spellExpr(load.index)}]`;
}

function spellConst(type: Scalar, value: number): Spelling {
  if (type === 'bool') return primary(value === 0 ? 'false' : 'true');
  // Types do not bind at run time, and nothing but a number may become code.
  if (typeof value !== 'number')
    throw new InternalError(`kernel constant ${JSON.stringify(value)} is no number`);
  if (value < 0 || Object.is(value, -0)) return prefix('-', primary(String(-value)));
  return primary(String(value));
}

const arithmetic = { add: '+', sub: '-', mul: '*', div: '/', rem: '%' } as const;
const logical: Partial<Record<BinaryOp, Operator>> = { and: '&&', or: '||', xor: '!==' };
const comparisons: Readonly<Record<CompareOp, Operator>> = {
  eq: '===',
  ne: '!==',
  lt: '<',
  le: '<=',
  gt: '>',
  ge: '>=',
};

function spell(e: Expr, element: SpellLoad): Spelling {
  switch (e.kind) {
    case 'const':
      return spellConst(e.type, e.value);
    case 'local':
      return primary(spellName(e.name));
    case 'load': {
      const stored = primary(element(e));
      return e.type === 'bool' ? infix('!==', stored, primary('0')) : stored;
    }
    case 'unary':
      return unary(e.op, e.type, e.x, element);
    case 'binary':
      return binary(e, element);
    case 'compare':
      return infix(comparisons[e.op], spell(e.a, element), spell(e.b, element));
    case 'select':
      return choice(e.cond, spell(e.a, element), spell(e.b, element), element);
    case 'convert':
      return conversion(e.type, e.x, element);
    case 'bits':
      return called(e.type === 'i32' ? '$bits' : '$fromBits', spell(e.x, element));
    case 'call':
      return called(calleeName(e.fn), ...e.args.map((a) => spell(a, element)));
    default:
      return unreachable(e);
  }
}

/** The value as a number: a bool becomes 0 or 1. */
function number(e: Expr, element: SpellLoad): Spelling {
  if (e.type !== 'bool') return spell(e, element);
  if (e.kind === 'const') return primary(e.value === 0 ? '0' : '1');
  if (e.kind === 'load') return primary(element(e));
  return choice(e, primary('1'), primary('0'), element);
}

/** An f32 whose last rounding is left to the place it goes to. */
function unrounded(e: Expr, element: SpellLoad): Spelling {
  if (e.kind === 'unary' && e.op === 'sqrt') return called('Math.sqrt', spell(e.x, element));
  if (e.kind === 'convert') return number(e.x, element);
  if (e.kind === 'binary' && (e.op === 'add' || e.op === 'sub' || e.op === 'mul' || e.op === 'div'))
    return infix(arithmetic[e.op], spell(e.a, element), spell(e.b, element));
  return spell(e, element);
}

/** An integer that equals the i32 modulo 2^32, exact as a double: for contexts that wrap it anyway. */
function unwrapped(e: Expr, element: SpellLoad): Spelling {
  if (e.kind === 'binary' && (e.op === 'add' || e.op === 'sub'))
    return infix(arithmetic[e.op], unwrapped(e.a, element), unwrapped(e.b, element));
  return spell(e, element);
}

function choice(cond: Expr, a: Spelling, b: Spelling, element: SpellLoad): Spelling {
  const least = strengths.conditional;
  const test = within(spell(cond, element), least + 1);
  return { text: `${test} ? ${within(a, least + 1)} : ${b.text}`, strength: least };
}

function unary(op: UnaryOp, type: Scalar, operand: Expr, element: SpellLoad): Spelling {
  const x = spell(operand, element);
  switch (op) {
    case 'neg':
      return type === 'i32' ? wrapped(prefix('-', x)) : prefix('-', x);
    case 'abs':
      return type === 'i32' ? wrapped(called('Math.abs', x)) : called('Math.abs', x);
    case 'sqrt':
      return rounded(type, called('Math.sqrt', x));
    case 'floor':
    case 'ceil':
    case 'trunc':
      return called(`Math.${op}`, x);
    case 'round':
      return called('$roundEven', x);
    case 'not':
      return prefix('!', x);
    default:
      return unreachable(op);
  }
}

function binary(e: Binary, element: SpellLoad): Spelling {
  if (e.type === 'bool') return logic(e, element);
  if (e.type === 'i32') return integer(e, element);
  const a = spell(e.a, element);
  const b = spell(e.b, element);
  switch (e.op) {
    case 'add':
    case 'sub':
    case 'mul':
    case 'div':
      return rounded(e.type, infix(arithmetic[e.op], a, b));
    case 'rem':
      return infix('%', a, b); // exact: the remainder of two float32 is a float32
    case 'min':
    case 'max':
      return called(`Math.${e.op}`, a, b);
    default:
      throw new InternalError(`kernel ${e.op} of ${e.type}`);
  }
}

function integer(e: Binary, element: SpellLoad): Spelling {
  const a = unwrapped(e.a, element);
  const b = unwrapped(e.b, element);
  switch (e.op) {
    case 'add':
    case 'sub':
      return wrapped(infix(arithmetic[e.op], a, b));
    case 'mul':
      return called('Math.imul', a, b);
    case 'div':
    case 'rem':
      // By zero these give NaN or an infinity, which `| 0` makes 0.
      return wrapped(infix(arithmetic[e.op], spell(e.a, element), spell(e.b, element)));
    case 'min':
    case 'max':
      return called(`Math.${e.op}`, spell(e.a, element), spell(e.b, element));
    case 'and':
      return infix('&', a, b);
    case 'or':
      return infix('|', a, b);
    case 'xor':
      return infix('^', a, b);
    case 'shl':
      return infix('<<', a, b);
    case 'shr':
      return infix('>>', a, b);
    case 'ushr':
      return wrapped(infix('>>>', a, b));
    default:
      return unreachable(e.op);
  }
}

function logic(e: Binary, element: SpellLoad): Spelling {
  const operator = logical[e.op];
  if (operator === undefined) throw new InternalError(`kernel ${e.op} of bool`);
  return infix(operator, spell(e.a, element), spell(e.b, element));
}

function conversion(type: Scalar, from: Expr, element: SpellLoad): Spelling {
  if (type === from.type) return spell(from, element);
  if (type === 'bool') return infix('!==', spell(from, element), primary('0'));
  if (from.type === 'bool') return number(from, element);
  if (type === 'i32') return called('$toInt', spell(from, element));
  return rounded(type, spell(from, element));
}

function calleeName(fn: ScalarFunction): string {
  return `$${spellName(fn.name)}`;
}

/** A scalar function as a JavaScript function declaration named `$name`. */
export function spellFunction(fn: ScalarFunction): string {
  const lines = fn.lets.map(({ name, value }) => `  const ${spellName(name)} = ${spellExpr(value)};`);
  const params = fn.params.map((p) => spellName(p.name)).join(', ');
  return [`function ${calleeName(fn)}(${params}) {`, ...lines, `  return ${spellExpr(fn.result)};`, '}'].join(
    '\n',
  );
}

// What spelled expressions call besides Math, in an order in which each may use those before it.
const scratch = 'const $word = new Int32Array(1);\nconst $real = new Float32Array($word.buffer);';
const support = {
  $bits: 'function $bits(x) {\n  $real[0] = x;\n  return $word[0];\n}',
  $fromBits: 'function $fromBits(n) {\n  $word[0] = n;\n  return $real[0];\n}',
  $toInt: 'function $toInt(x) {\n  return Math.max(-2147483648, Math.min(2147483647, x)) | 0;\n}',
  // Adding 2^52 leaves no fraction bits, so the addition itself rounds to nearest even. Zeros, integers, infinities and NaN stay.
  $roundEven: `function $roundEven(x) {
  if (x > 0 && x < 4503599627370496) return x + 4503599627370496 - 4503599627370496;
  if (x < 0 && x > -4503599627370496) return -(4503599627370496 - x - 4503599627370496);
  return x;
}`,
} as const;

function supportOf(e: Expr): keyof typeof support | null {
  switch (e.kind) {
    case 'bits':
      return e.type === 'i32' ? '$bits' : '$fromBits';
    case 'convert':
      return e.type === 'i32' && e.x.type !== 'bool' ? '$toInt' : null;
    case 'unary':
      return e.op === 'round' ? '$roundEven' : null;
    default:
      return null;
  }
}

/** The declarations that spelled code of this expression or these statements needs in scope: support, then the functions called. */
export function spellPrelude(root: Expr | readonly Stmt[]): string {
  const functions = functionsUsed(root);
  const needed = new Set<string>();
  const collect = (e: Expr): void => {
    const name = supportOf(e);
    if (name !== null) needed.add(name);
  };
  visitExprs(root, collect);
  for (const fn of functions) for (const e of bodyOf(fn)) visitExprs(e, collect);
  const usesBits = needed.has('$bits') || needed.has('$fromBits');
  return [
    ...(usesBits ? [scratch] : []),
    ...Object.entries(support).flatMap(([name, text]) => (needed.has(name) ? [text] : [])),
    ...functions.map(spellFunction),
  ].join('\n');
}
