// What every kernel obeys, as numbered rules. Emitters rely on them: nothing is spelled that was not checked here.
//
// K1  Names of kernels, buffers and locals are identifiers: a letter or _, then letters, digits or _.
// K2  No name is bound where it already has a meaning; buffers and locals share one space of names.
// K3  A local is used inside the scope of its binding and with the type it was bound with.
// K4  Operators take operands of types they exist for, and say the type they give.
// K5  Only a `var` is assigned, with a value of its type.
// K6  A load names a buffer that may be read (`in`, `inout`, `scratch`) and its type, and the index is i32.
// K7  A store names a buffer that may be written (`out`, `inout`, `scratch`), with a value of its type and an i32 index.
// K8  An index that interval analysis proves to leave its buffer does not occur, unless a condition guards it.
// K9  Extents and sizes are integers >= 0; scratch buffers come last, and only they are f64.
// K10 The body of a reduce stores nothing, and assigns only what it binds itself; the value has the type of the reduction, for which the operation exists.
// K11 Scalar functions mention only their parameters and earlier lets, load nothing, and are called with arguments of the types of the parameters.
// K12 A constant is a value of its type: float32 for f32, int32 for i32, 0 or 1 for bool.
// K13 A loop with lanes has 4 of them; nothing in it assigns a `var` from outside, and every store in it is to an element that depends on its index.
import { VerifyError } from '../util/errors.ts';
import { type Interval, indexRange, rangeOf, reachesEnds } from './interval.ts';
import type { Buffer, Expr, Kernel, Scalar, Stmt } from './kernel.ts';
import { namesBound } from './names.ts';
import { printExpr, printStatements } from './print.ts';
import { checkExpr, checkName, type Fail, isCount, reduceOps } from './verify-expr.ts';
import { operandsOf } from './visit.ts';

interface Local {
  readonly type: Scalar;
  readonly binding: 'let' | 'var' | 'index';
}

interface Scope {
  readonly locals: Map<string, Local>;
  /** The loops around. An index has its exact range here. */
  readonly ranges: ReadonlyMap<string, Interval>;
  /** A condition has been asked that indices may depend on. */
  readonly guarded: boolean;
}

/** Throws a VerifyError that names the rule and shows the statement. */
export function verifyKernel(kernel: Kernel): void {
  new Verifier(kernel).kernel();
}

class Verifier {
  readonly #kernel: Kernel;
  readonly #buffers = new Map<string, Buffer>();

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  kernel(): void {
    const { name, buffers, body } = this.#kernel;
    const fail = this.#failing();
    checkName(name, fail);
    buffers.forEach((b, i) => {
      checkName(b.name, fail);
      if (this.#buffers.has(b.name)) fail('K2', `two buffers are named ${b.name}`);
      if (!isCount(b.size)) fail('K9', `buffer ${b.name} has size ${b.size}`);
      if (b.type === 'f64' && b.role !== 'scratch')
        fail('K9', `buffer ${b.name} is f64, which only scratch may be`);
      if (b.role !== 'scratch' && buffers[i - 1]?.role === 'scratch')
        fail('K9', `buffer ${b.name} comes after scratch buffers`);
      this.#buffers.set(b.name, b);
    });
    this.#statements(body, { locals: new Map(), ranges: new Map(), guarded: false });
  }

  #failing(s?: Stmt): Fail {
    return (rule, what) => {
      const where = s === undefined ? '' : `:\n${printStatements([s])}`;
      throw new VerifyError(`kernel @${this.#kernel.name} breaks ${rule}: ${what}${where}`);
    };
  }

  #statements(body: readonly Stmt[], outer: Scope): Scope {
    let scope: Scope = { ...outer, locals: new Map(outer.locals) };
    for (const s of body) {
      this.#statement(s, scope);
      if (s.kind === 'assert') scope = { ...scope, guarded: true };
    }
    return scope;
  }

  #statement(s: Stmt, scope: Scope): void {
    const fail = this.#failing(s);
    switch (s.kind) {
      case 'for':
        if (s.lanes !== undefined) this.#independent(s, fail);
        this.#statements(s.body, this.#loop(s.index, s.extent, scope, fail));
        break;
      case 'let':
      case 'var':
        this.#expr(s.value, scope, fail);
        this.#bind(s.name, { type: s.value.type, binding: s.kind }, scope, fail);
        break;
      case 'assign': {
        this.#expr(s.value, scope, fail);
        const target = scope.locals.get(s.name);
        if (target?.binding !== 'var') fail('K5', `${s.name} is no var in scope`);
        else if (target.type !== s.value.type)
          fail('K5', `${s.name} is ${target.type}, the value ${s.value.type}`);
        break;
      }
      case 'store': {
        const buffer = this.#buffers.get(s.buffer);
        if (buffer === undefined || buffer.role === 'in') fail('K7', `${s.buffer} is no buffer to write`);
        else if (buffer.type !== s.value.type)
          fail('K7', `${s.buffer} is ${buffer.type}, the value ${s.value.type}`);
        if (s.index.type !== 'i32') fail('K7', `the index is ${s.index.type}`);
        this.#expr(s.index, scope, fail);
        this.#expr(s.value, scope, fail);
        this.#inBounds(s.buffer, s.index, scope, fail);
        break;
      }
      case 'if':
        this.#condition(s.cond, scope, fail);
        this.#statements(s.then, { ...scope, guarded: true });
        this.#statements(s.otherwise, { ...scope, guarded: true });
        break;
      case 'reduce': {
        const outside = effectOf(s.body, new Set(namesBound(s.body)));
        if (outside !== undefined) fail('K10', `the body of a reduce writes to ${outside}`);
        if (!reduceOps[s.op].includes(s.type)) fail('K10', `there is no reduction ${s.op} of ${s.type}`);
        const inside = this.#statements(s.body, this.#loop(s.index, s.extent, scope, fail));
        this.#expr(s.value, inside, fail);
        if (s.value.type !== s.type) fail('K10', `the value is ${s.value.type}, the reduction ${s.type}`);
        this.#bind(s.name, { type: s.type, binding: 'let' }, scope, fail);
        break;
      }
      case 'assert':
        this.#condition(s.cond, scope, fail);
        this.#expr(s.got, scope, fail);
        if (s.got.type !== 'i32') fail('K4', `what the assertion is about is ${s.got.type}`);
        break;
    }
  }

  // What iterations write must be their own.
  #independent(loop: Extract<Stmt, { readonly kind: 'for' }>, fail: Fail): void {
    if (loop.lanes !== 4) fail('K13', `it has ${String(loop.lanes)} lanes`);
    const varying = new Set([loop.index]);
    const own = new Set(namesBound(loop.body));
    const varies = (e: Expr): boolean =>
      e.kind === 'local' ? varying.has(e.name) : operandsOf(e).some(varies);
    const check = (s: Stmt): void => {
      switch (s.kind) {
        case 'let':
        case 'var':
          if (varies(s.value)) varying.add(s.name);
          break;
        case 'assign':
          if (!own.has(s.name)) fail('K13', `${s.name} is assigned in a loop with lanes, but bound outside`);
          if (varies(s.value)) varying.add(s.name);
          break;
        case 'store':
          if (!varies(s.index))
            fail('K13', `all iterations of a loop with lanes store to ${s.buffer}[${printExpr(s.index)}]`);
          break;
        case 'if':
          s.then.forEach(check);
          s.otherwise.forEach(check);
          break;
        case 'reduce':
          s.body.forEach(check);
          if (varies(s.value)) varying.add(s.name);
          break;
        case 'for':
          s.body.forEach(check);
          break;
        case 'assert':
          break;
      }
    };
    loop.body.forEach(check);
  }

  #condition(cond: Expr, scope: Scope, fail: Fail): void {
    this.#expr(cond, scope, fail);
    if (cond.type !== 'bool') fail('K4', `the condition is ${cond.type}`);
  }

  #bind(name: string, local: Local, scope: Scope, fail: Fail): void {
    checkName(name, fail);
    if (scope.locals.has(name) || this.#buffers.has(name)) fail('K2', `${name} already has a meaning here`);
    scope.locals.set(name, local);
  }

  #loop(index: string, extent: number, scope: Scope, fail: Fail): Scope {
    if (!isCount(extent)) fail('K9', `the extent is ${extent}`);
    const inside = { ...scope, locals: new Map(scope.locals) };
    this.#bind(index, { type: 'i32', binding: 'index' }, inside, fail);
    const ranges = new Map(scope.ranges).set(index, indexRange(extent));
    // What never runs accesses nothing.
    return { ...inside, ranges, guarded: scope.guarded || extent === 0 };
  }

  #expr(e: Expr, scope: Scope, fail: Fail): void {
    checkExpr(e, scope.locals, fail, {
      guarded: scope.guarded,
      load: (load, guarded) => {
        const buffer = this.#buffers.get(load.buffer);
        if (buffer === undefined || buffer.role === 'out') fail('K6', `${load.buffer} is no buffer to read`);
        else if (buffer.type !== load.type)
          fail('K6', `${load.buffer} is ${buffer.type}, the load ${load.type}`);
        if (load.index.type !== 'i32') fail('K6', `the index is ${load.index.type}`);
        this.#inBounds(load.buffer, load.index, { ...scope, guarded }, fail);
      },
    });
  }

  #inBounds(name: string, index: Expr, { ranges, guarded }: Scope, fail: Fail): void {
    const size = this.#buffers.get(name)?.size;
    if (size === undefined || guarded || !reachesEnds(index, ranges)) return;
    const { low, high } = rangeOf(index, ranges);
    if (low < 0 || high >= size)
      fail(
        'K8',
        `the index ${printExpr(index)} of ${name} runs from ${low} to ${high}, but it has ${size} elements`,
      );
  }
}

/** What the statements write to that is not theirs, or undefined. */
function effectOf(body: readonly Stmt[], own: ReadonlySet<string>): string | undefined {
  for (const s of body) {
    let effect: string | undefined;
    if (s.kind === 'store') effect = s.buffer;
    else if (s.kind === 'assign') effect = own.has(s.name) ? undefined : s.name;
    else if (s.kind === 'if') effect = effectOf([...s.then, ...s.otherwise], own);
    else if (s.kind === 'for' || s.kind === 'reduce') effect = effectOf(s.body, own);
    if (effect !== undefined) return effect;
  }
  return undefined;
}
