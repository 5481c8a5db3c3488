// Kernels as text, for stages, golden files and error messages. Loops and stores read as they would in a program; types stand where names are bound.
import { unreachable } from '../util/errors.ts';
import { shortest } from '../util/float32.ts';
import type { BinaryOp, CompareOp, Expr, Kernel, Scalar, Stmt, UnaryOp } from './kernel.ts';
import { called, prefix, primary, type Spelling, strengths, within } from './precedence.ts';

/**
 * The text of a kernel:
 *
 *     kernel @k0(in a: f32[640], out y: f32[64]) {
 *       for i in 64 {
 *         let m: f32 = reduce max for r in 10 {
 *           yield a[i * 10 + r]
 *         }
 *         y[i] = m
 *       }
 *     }
 */
export function printKernel(kernel: Kernel): string {
  const buffers = kernel.buffers.map((b) => `${b.role} ${b.name}: ${b.type}[${b.size}]`);
  return block(`kernel @${kernel.name}(${buffers.join(', ')})`, statements(kernel.body)).join('\n');
}

/** The text of statements, one a line. */
export function printStatements(body: readonly Stmt[]): string {
  return statements(body).join('\n');
}

function block(head: string, lines: readonly string[]): string[] {
  return [`${head} {`, ...lines.map((line) => `  ${line}`), '}'];
}

function statements(body: readonly Stmt[]): string[] {
  return body.flatMap(statement);
}

function statement(s: Stmt): string[] {
  switch (s.kind) {
    case 'for':
      return block(
        `for ${s.index} in ${s.extent}${s.lanes === undefined ? '' : ` by ${s.lanes} lanes`}`,
        statements(s.body),
      );
    case 'let':
    case 'var':
      return [`${s.kind} ${s.name}: ${s.value.type} = ${printExpr(s.value)}`];
    case 'assign':
      return [`${s.name} = ${printExpr(s.value)}`];
    case 'store':
      return [`${s.buffer}[${printExpr(s.index)}] = ${printExpr(s.value)}`];
    case 'if': {
      const then = block(`if ${printExpr(s.cond)}`, statements(s.then));
      return s.otherwise.length === 0
        ? then
        : [...then.slice(0, -1), ...block('} else', statements(s.otherwise))];
    }
    case 'reduce':
      return block(`let ${s.name}: ${s.type} = reduce ${s.op} for ${s.index} in ${s.extent}`, [
        ...statements(s.body),
        `yield ${printExpr(s.value)}`,
      ]);
    case 'assert':
      return [`assert ${printExpr(s.cond)}, ${JSON.stringify(s.message)}, ${printExpr(s.got)}`];
    default:
      return unreachable(s);
  }
}

type Infix = Exclude<BinaryOp, 'min' | 'max'> | CompareOp;

// The symbols are JavaScript's, but for equality, and so are their strengths.
const infixes: Readonly<Record<Infix, readonly [symbol: string, strength: number]>> = {
  or: ['|', strengths['|']],
  xor: ['^', strengths['^']],
  and: ['&', strengths['&']],
  eq: ['==', strengths['===']],
  ne: ['!=', strengths['!==']],
  lt: ['<', strengths['<']],
  le: ['<=', strengths['<=']],
  gt: ['>', strengths['>']],
  ge: ['>=', strengths['>=']],
  shl: ['<<', strengths['<<']],
  shr: ['>>', strengths['>>']],
  ushr: ['>>>', strengths['>>>']],
  add: ['+', strengths['+']],
  sub: ['-', strengths['-']],
  mul: ['*', strengths['*']],
  div: ['/', strengths['/']],
  rem: ['%', strengths['%']],
};

const prefixes: Readonly<Partial<Record<UnaryOp, '-' | '!'>>> = { neg: '-', not: '!' };

/** The text of an expression. Conversions read as calls of the type: `f32(i)`. */
export function printExpr(e: Expr): string {
  return print(e).text;
}

function print(e: Expr): Spelling {
  switch (e.kind) {
    case 'const':
      return printConst(e.type, e.value);
    case 'local':
      return primary(e.name);
    case 'load':
      return primary(`${e.buffer}[${printExpr(e.index)}]`);
    case 'unary': {
      const sign = prefixes[e.op];
      return sign === undefined ? call(e.op, [e.x]) : prefix(sign, print(e.x));
    }
    case 'binary':
      return e.op === 'min' || e.op === 'max' ? call(e.op, [e.a, e.b]) : infix(e.op, e.a, e.b);
    case 'compare':
      return infix(e.op, e.a, e.b);
    case 'select':
      return call('select', [e.cond, e.a, e.b]);
    case 'convert':
      return call(e.type, [e.x]);
    case 'bits':
      return call(e.type === 'i32' ? 'bits' : 'from_bits', [e.x]);
    case 'call':
      return call(e.fn.name, e.args);
    default:
      return unreachable(e);
  }
}

function infix(op: Infix, left: Expr, right: Expr): Spelling {
  const [symbol, strength] = infixes[op];
  const [a, b] = [print(left), print(right)];
  return { text: `${within(a, strength)} ${symbol} ${within(b, strength + 1)}`, strength };
}

/** Floats have a point or an exponent, so that `1.0` and the integer `1` differ; f64 is marked, as it is rare. */
function printConst(type: Scalar, value: number): Spelling {
  if (type === 'bool') return primary(value === 0 ? 'false' : 'true');
  const negative = value < 0 || Object.is(value, -0);
  const size = printNumber(type, Math.abs(value));
  if (type === 'f64') return primary(`f64(${negative ? '-' : ''}${size})`);
  return negative ? prefix('-', primary(size)) : primary(size);
}

function printNumber(type: Scalar, size: number): string {
  if (Number.isNaN(size)) return 'nan';
  if (size === Infinity) return 'inf';
  const text = String(type === 'f32' ? shortest(size) : size);
  return type !== 'i32' && /^\d+$/.test(text) ? `${text}.0` : text;
}

const call = (name: string, args: readonly Expr[]): Spelling => called(name, ...args.map(print));
