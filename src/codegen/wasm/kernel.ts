// A kernel as a function of the addresses of its buffers. It returns 0, or the code of the assertion that did not hold.
import { indexRange, rangeOf } from '../../loop/interval.ts';
import type { Expr, Kernel, ScalarFunction, Stmt } from '../../loop/kernel.ts';
import { bodyOf, visitExprs } from '../../loop/visit.ts';
import { InternalError, unreachable } from '../../util/errors.ts';
import { strideOf } from './address.ts';
import { Code } from './code.ts';
import {
  type Base,
  bindingOf,
  type Context,
  canRunInLanes,
  emitLoop,
  hoisting,
  inside,
  type Library,
  valueTypes,
  varies,
  withRange,
} from './context.ts';
import type { WasmFunction } from './module.ts';
import { emitReduce } from './reduce.ts';
import { emitAddress, emitExtract, emitScalar } from './scalar.ts';
import { emitVector, emitVectorStore } from './vector.ts';

export function emitKernel({ buffers, body }: Kernel, library: Library): WasmFunction {
  const code = new Code({ params: buffers.map(() => 'i32'), results: ['i32'] });
  const bases = new Map(
    buffers.map(({ name, type, size }, local): [string, Base] => [name, { local, type, size }]),
  );
  const names = new Map();
  emitAll(body, { code, library, bases, names, ranges: new Map(), laned: false, lane: 0, hoisted: null });
  code.i32(0);
  return code.finish();
}

/** Statements in one scope; an integer `let` tells those after it what it may be. */
function emitAll(body: readonly Stmt[], context: Context): void {
  let known = context;
  for (const s of body) {
    emitStatement(s, known);
    if (s.kind === 'let' && s.value.type === 'i32')
      known = withRange(known, s.name, rangeOf(s.value, known.ranges));
  }
}

function emitStatement(s: Stmt, context: Context): void {
  const { code } = context;
  switch (s.kind) {
    case 'for':
      emitFor(s, context);
      break;
    case 'let':
      emitLet(s, context);
      break;
    case 'var': {
      // Where four iterations run at once each has its own: later values may differ.
      const local = code.local(context.laned ? 'v128' : valueTypes[s.value.type]);
      if (context.laned) emitVector(s.value, context);
      else emitScalar(s.value, context);
      code.set(local);
      context.names.set(
        s.name,
        context.laned ? { kind: 'vector', local } : { kind: 'scalar', local, plus: 0 },
      );
      break;
    }
    case 'assign': {
      const binding = bindingOf(s.name, context);
      if (binding.kind === 'wide') throw new InternalError(`${s.name}, four f64, in a statement`);
      if (binding.kind === 'vector') emitVector(s.value, context);
      else emitScalar(s.value, context);
      code.set(binding.local);
      break;
    }
    case 'store':
      emitStore(s, context);
      break;
    case 'if':
      emitScalar(s.cond, context);
      code.branch(
        () => emitAll(s.then, inside(context)),
        s.otherwise.length === 0 ? null : () => emitAll(s.otherwise, inside(context)),
      );
      break;
    case 'reduce':
      emitReduce(s, context, emitAll);
      break;
    case 'assert':
      if (context.laned && varies(s.cond, context)) {
        emitVector(s.cond, context);
        code.op('i32x4.all_true');
      } else emitScalar(s.cond, context);
      code.op('i32.eqz');
      code.branch(() => {
        code.i32(context.library.failure(s.message));
        code.op('return');
      });
      break;
    default:
      unreachable(s);
  }
}

function emitLet(s: Extract<Stmt, { readonly kind: 'let' }>, context: Context): void {
  const { code, laned, names } = context;
  const { type } = s.value;
  const vector = laned && varies(s.value, context);
  // Inside of a laned loop an f32 from memory is needed in all lanes, and a load can put it there.
  const splat = laned && !vector && s.value.kind === 'load' && type === 'f32';
  const local = code.local(vector || splat ? 'v128' : valueTypes[type]);
  if (vector || splat) emitVector(s.value, context);
  else emitScalar(s.value, context);
  code.set(local);
  names.set(
    s.name,
    vector
      ? { kind: 'vector', local }
      : splat
        ? { kind: 'splat', local }
        : { kind: 'scalar', local, plus: 0 },
  );
}

function emitStore(s: Extract<Stmt, { readonly kind: 'store' }>, context: Context): void {
  const { code } = context;
  const { type } = s.value;
  const spell = type === 'bool' ? 'i32.store8' : (`${type}.store` as const);
  if (!context.laned) {
    const offset = emitAddress(s.buffer, s.index, context);
    emitScalar(s.value, context);
    code.memory(spell, offset);
    return;
  }
  emitVector(s.value, context);
  if (strideOf(s.index, context) === 1) {
    emitVectorStore(type, () => emitAddress(s.buffer, s.index, context), context);
    return;
  }
  const value = code.local('v128');
  code.set(value);
  for (let lane = 0; lane < 4; lane++) {
    const offset = emitAddress(s.buffer, s.index, { ...context, laned: false, lane });
    code.get(value);
    emitExtract(type, lane, context);
    code.memory(spell, offset);
  }
}

const lanes = 4;

// Operations up to which a loop of four iterations at once does two such rounds: what a round costs besides its arithmetic is paid half as often.
const shortBody = 32;

function isShort(body: readonly Stmt[]): boolean {
  let left = shortBody;
  const count = (e: Expr): void => {
    left -= e.kind === 'call' ? operationsIn(e.fn) : Number(e.kind !== 'const' && e.kind !== 'local');
  };
  visitExprs(body, count);
  return left >= 0 && body.every((s) => s.kind === 'let' || s.kind === 'store');
}

function operationsIn(fn: ScalarFunction): number {
  let operations = 0;
  for (const e of bodyOf(fn))
    visitExprs(e, (x) => {
      operations += x.kind === 'call' ? operationsIn(x.fn) : Number(x.kind !== 'const' && x.kind !== 'local');
    });
  return operations;
}

function emitFor(s: Extract<Stmt, { readonly kind: 'for' }>, context: Context): void {
  if (s.extent === 0) return;
  const { code } = context;
  const around = withRange(context, s.index, indexRange(s.extent));
  const inLanes = s.lanes === lanes && !context.laned && s.extent >= lanes && canRunInLanes(s.body, s.index);
  const four = inLanes ? s.extent - (s.extent % lanes) : 0;
  const rounds = (from: number, to: number, step: number, inner: Context): void => {
    // It belongs to the loop: what depends on it is not made before.
    const index = code.local('i32');
    code.i32(from);
    code.set(index);
    const round = (plus: number): void => {
      const scope = inside(inner, { laned: context.laned || step === lanes });
      scope.names.set(s.index, { kind: step === lanes ? 'lanes' : 'scalar', local: index, plus });
      emitAll(s.body, scope);
    };
    const pairs = step === lanes && to - from > 2 * lanes && isShort(s.body);
    const paired = pairs ? to - ((to - from) % (2 * lanes)) : from;
    if (paired > from)
      emitLoop(code, index, paired, 2 * lanes, () => {
        round(0);
        round(lanes);
      });
    if (to - paired === step) round(0);
    else if (to > paired) emitLoop(code, index, to, step, () => round(0));
  };
  // What goes round once has nothing to gain from vectors made before it: they would only take registers from the loops inside.
  if (four === lanes) rounds(0, four, lanes, { ...around, hoisted: null });
  else if (four > 0) hoisting(around, (inner) => rounds(0, four, lanes, inner));
  const rest = (inner: Context): void => rounds(four, s.extent, 1, inner);
  if (four === s.extent) return;
  if (context.laned && context.hoisted === null) hoisting(around, rest);
  else rest(around);
}
