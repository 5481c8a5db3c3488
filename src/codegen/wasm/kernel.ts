// A kernel as a function of the addresses of its buffers. It returns 0, or the code of the assertion that did not hold.
import { type Division, stepOf } from '../../loop/divide.ts';
import { indexRange, rangeOf } from '../../loop/interval.ts';
import type { Kernel, Stmt } from '../../loop/kernel.ts';
import { fitsRegisters, roundOf } from '../../loop/registers.ts';
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
  type Share,
  valueTypes,
  varies,
  withRange,
} from './context.ts';
import { gotExport, type WasmFunction } from './module.ts';
import { emitReduce } from './reduce.ts';
import { emitAddress, emitExtract, emitScalar } from './scalar.ts';
import { emitVector, emitVectorStore } from './vector.ts';

/** With a division there are two more parameters: which part of the work a call does, and of how many. */
export function emitKernel(
  { name, buffers, body }: Kernel,
  library: Library,
  division: Division | null = null,
): WasmFunction {
  const params = [...buffers.map((b) => b.name), ...(division === null ? [] : ['part', 'parts'])];
  const code = new Code({ params: params.map(() => 'i32'), results: ['i32'] });
  const bases = new Map(
    buffers.map(({ name, type, size }, local): [string, Base] => [name, { local, type, size }]),
  );
  const share = division && { ...division, part: buffers.length, parts: buffers.length + 1 };
  const start = { names: new Map(), ranges: new Map(), laned: false, lane: 0, hoisted: null };
  emitAll(body, { code, library, bases, share, ...start });
  code.i32(0);
  return { ...code.finish(), names: { name, params } };
}

/** Statements in one scope; an integer `let` tells those after it what it may be. */
function emitAll(body: readonly Stmt[], context: Context): void {
  let known = context;
  for (const s of body) {
    if (context.share?.once.has(s)) emitOnce(s, context.share, known);
    else emitStatement(s, known);
    if (s.kind === 'let' && s.value.type === 'i32')
      known = withRange(known, s.name, rangeOf(s.value, known.ranges));
  }
}

function emitOnce(s: Stmt, { part }: Share, context: Context): void {
  const { code } = context;
  code.get(part);
  code.op('i32.eqz');
  code.branch(() => emitStatement(s, inside(context)));
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
      emitAssert(s, context);
      break;
    default:
      unreachable(s);
  }
}

type Assert = Extract<Stmt, { readonly kind: 'assert' }>;

function emitAssert(s: Assert, context: Context): void {
  const { code } = context;
  const fail = (inner: Context): void => {
    emitScalar(s.got, inner);
    code.setGlobal(gotExport.index);
    code.i32(context.library.failure(s.message));
    code.op('return');
  };
  if (!context.laned || !varies(s.cond, context)) {
    emitScalar(s.cond, context);
    code.op('i32.eqz');
    code.branch(() => fail(context));
    return;
  }
  emitVector(s.cond, context);
  code.op('i32x4.all_true', 'i32.eqz');
  // The first of the four that fails is the one that fails first without lanes.
  code.branch(() => {
    for (let lane = 0; lane < lanes; lane++) {
      const one = { ...context, laned: false, lane };
      emitScalar(s.cond, one);
      code.op('i32.eqz');
      code.branch(() => fail(one));
    }
  });
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

type Loop = Extract<Stmt, { readonly kind: 'for' }>;

/** One iteration, or four at once: the one that the local's value plus `plus` says, or those from there on. */
function emitRound(s: Loop, index: number, plus: number, step: number, context: Context): void {
  const scope = inside(context, { laned: context.laned || step === lanes });
  scope.names.set(s.index, { kind: step === lanes ? 'lanes' : 'scalar', local: index, plus });
  emitAll(s.body, scope);
}

function goesInLanes(s: Loop, { library, laned }: Context): boolean {
  return (
    library.vectors && s.lanes === lanes && !laned && s.extent >= lanes && canRunInLanes(s.body, s.index)
  );
}

// Operations up to which a loop of four iterations at once does two such rounds: what a round costs besides its arithmetic is paid half as often.
const shortBody = 32;

function isShort(body: readonly Stmt[]): boolean {
  const { loads, operations } = roundOf(body);
  return (
    operations + loads <= shortBody &&
    fitsRegisters(0, 2 * loads) &&
    body.every((s) => s.kind === 'let' || s.kind === 'store')
  );
}

function emitFor(s: Loop, context: Context): void {
  if (s.extent === 0) return;
  if (context.share?.loops.has(s)) {
    emitShare(s, context.share, context);
    return;
  }
  const { code } = context;
  const around = withRange(context, s.index, indexRange(s.extent));
  const four = goesInLanes(s, context) ? s.extent - (s.extent % lanes) : 0;
  const rounds = (from: number, to: number, step: number, inner: Context): void => {
    // It belongs to the loop: what depends on it is not made before.
    const index = code.local('i32');
    code.i32(from);
    code.set(index);
    const round = (plus: number): void => emitRound(s, index, plus, step, inner);
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

/** The iterations from part/parts of the steps to (part + 1)/parts. */
function emitShare(s: Loop, { part, parts }: Share, context: Context): void {
  const { code } = context;
  const around = withRange(context, s.index, indexRange(s.extent));
  const together = stepOf(s);
  const boundary = (next: number): number => {
    const local = code.local('i32');
    code.get(part);
    code.i32(next);
    code.op('i32.add');
    code.i32(Math.ceil(s.extent / together));
    code.op('i32.mul');
    code.get(parts);
    code.op('i32.div_s');
    code.i32(together);
    code.op('i32.mul');
    code.set(local);
    return local;
  };
  const from = boundary(0);
  const to = boundary(1);
  // The last step may be shorter.
  code.get(to);
  code.i32(s.extent);
  code.op('i32.gt_s');
  code.branch(() => {
    code.i32(s.extent);
    code.set(to);
  });
  const rounds = (end: number, step: number, together: number, inner: Context): void => {
    const index = code.local('i32');
    code.get(from);
    code.tee(index);
    code.get(end);
    code.op('i32.lt_s');
    code.branch(() => {
      emitLoop(code, index, { local: end }, step * together, () => {
        for (let k = 0; k < together; k++) emitRound(s, index, k * step, step, inner);
      });
      code.get(index);
      code.set(from);
    });
  };
  const upTo = (multiple: number): number => {
    const local = code.local('i32');
    code.get(to);
    code.i32(-multiple);
    code.op('i32.and');
    code.set(local);
    return local;
  };
  if (goesInLanes(s, context)) {
    hoisting(around, (inner) => {
      if (isShort(s.body)) rounds(upTo(2 * lanes), lanes, 2, inner);
      if (!isShort(s.body) || s.extent % (2 * lanes) >= lanes) rounds(upTo(lanes), lanes, 1, inner);
    });
    if (s.extent % lanes === 0) return;
  }
  rounds(to, 1, 1, around);
}
