// Strict to fast: f32 arithmetic inside a kernel is done in f64 and rounded where a value is stored. JavaScript has only f64 registers, so this
// saves a rounding after each operation there; results are nearer to the exact ones, but no longer the bits of eager mode.
import { unreachable } from '../util/errors.ts';
import type { Expr, Kernel, Scalar, ScalarFunction, Stmt } from './kernel.ts';
import { convert } from './make.ts';
import { mapOperands, mapStmt } from './rewrite.ts';

/** `strict`: every bit as in eager mode. `fast` allows rewrites that round differently, and wider intermediates inside kernels. */
export type Precision = 'strict' | 'fast';

/** The kernel with f64 locals, accumulators and intermediates in the place of f32. Memory keeps its types. */
export function relaxKernel(kernel: Kernel): Kernel {
  return { ...kernel, body: relaxAll(kernel.body) };
}

const wide = (type: Scalar): Scalar => (type === 'f32' ? 'f64' : type);

function relaxAll(body: readonly Stmt[]): readonly Stmt[] {
  return body.map(relaxStmt);
}

function relaxStmt(s: Stmt): Stmt {
  switch (s.kind) {
    case 'store':
      return { ...s, index: relax(s.index), value: convert(s.value.type, relax(s.value)) };
    case 'reduce':
      return { ...s, type: wide(s.type), body: relaxAll(s.body), value: relax(s.value) };
    default:
      return mapStmt(s, relax, relaxAll);
  }
}

/** The expression computed in f64 where it was computed in f32: an f32 becomes an f64, every other type stays. */
function relax(e: Expr): Expr {
  switch (e.kind) {
    case 'const':
    case 'local':
      return e.type === 'f32' ? { ...e, type: 'f64' } : e;
    case 'load':
      return convert(wide(e.type), mapOperands(e, relax));
    case 'unary':
    case 'select':
      return { ...mapOperands(e, relax), type: wide(e.type) } as Expr;
    case 'binary': {
      const a = relax(e.a);
      const b = relax(e.b);
      const sum: Expr = { ...e, type: wide(e.type), a, b };
      return roundsByAdding(e) ? convert('f64', convert('f32', sum)) : sum;
    }
    case 'compare':
      return mapOperands(e, relax);
    case 'convert':
      return convert(wide(e.type), relax(e.x));
    case 'bits':
      // Bits are those of a real float32.
      return e.type === 'i32'
        ? { ...e, x: convert('f32', relax(e.x)) }
        : convert('f64', mapOperands(e, relax));
    case 'call': {
      const fn = relaxFunction(e.fn);
      return { ...e, fn, type: fn.result.type, args: e.args.map(relax) };
    }
    default:
      return unreachable(e);
  }
}

// From 2^22 on adding a constant is not arithmetic but a way to round to an integer: it means the float32 that it gives.
const roundingSize = 2 ** 22;

function roundsByAdding(e: Extract<Expr, { readonly kind: 'binary' }>): boolean {
  if (e.type !== 'f32' || (e.op !== 'add' && e.op !== 'sub')) return false;
  const isLarge = (x: Expr): boolean =>
    x.kind === 'const' && Math.abs(x.value) >= roundingSize && Number.isFinite(x.value);
  return isLarge(e.a) || isLarge(e.b);
}

const relaxed = new WeakMap<ScalarFunction, ScalarFunction>();

/** The scalar function with f64 steps; its name tells. */
export function relaxFunction(fn: ScalarFunction): ScalarFunction {
  const known = relaxed.get(fn);
  if (known !== undefined) return known;
  const made: ScalarFunction = {
    name: `${fn.name}_f64`,
    params: fn.params.map((p) => ({ ...p, type: wide(p.type) })),
    lets: fn.lets.map((l) => ({ name: l.name, value: relax(l.value) })),
    result: relax(fn.result),
  };
  relaxed.set(fn, made);
  return made;
}
