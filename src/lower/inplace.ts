// In-place updates: when may a kernel write a result over an operand, and what the kernel is then.
import type { Expr, Kernel, Stmt } from '../loop/kernel.ts';
import { mapStmt } from '../loop/rewrite.ts';
import { operandsOf } from '../loop/visit.ts';

/** When, in order of execution, which elements of a buffer are last read and first written. Elements are index texts. */
interface Access {
  readonly loads: Map<string, number>;
  readonly stores: Map<string, number>;
}

export type Accesses = ReadonlyMap<string, Access>;

// In the text of an index that is no arithmetic on loop indices: not even equal texts say anything then.
const unknown = '?';

// Kernels that repeat share their body: it is looked at and rewritten once.
const accessesIn = new WeakMap<Kernel['body'], Accesses>();
const rewritten = new WeakMap<Kernel['body'], Map<string, Kernel>>();

/**
 * Indices as text, with a name for each loop: its extent, and those of the loops around it. Equal texts mean the same element in the same iteration of the
 * loops around; two loops there that are equally long (sweeps over one row) go one after the other, in the order of their times.
 */
export function accessesOf(kernel: Kernel): Accesses {
  const known = accessesIn.get(kernel.body);
  if (known !== undefined) return known;
  const found = findAccesses(kernel);
  accessesIn.set(kernel.body, found);
  return found;
}

function findAccesses(kernel: Kernel): Accesses {
  const accesses = new Map(
    kernel.buffers.map(({ name }): [string, Access] => [name, { loads: new Map(), stores: new Map() }]),
  );
  let time = 0;
  const text = (e: Expr, env: ReadonlyMap<string, string>): string => {
    if (e.kind === 'const') return String(e.value);
    if (e.kind === 'binary') return `(${text(e.a, env)} ${e.op} ${text(e.b, env)})`;
    return (e.kind === 'local' ? env.get(e.name) : undefined) ?? unknown;
  };
  const look = (e: Expr, env: ReadonlyMap<string, string>): void => {
    if (e.kind === 'load') accesses.get(e.buffer)!.loads.set(text(e.index, env), time++);
    for (const x of operandsOf(e)) look(x, env);
  };
  // Adds to `env` what the statement's name means.
  const enter = (s: Stmt, env: Map<string, string>, path: string): void => {
    switch (s.kind) {
      case 'for':
        enterAll(s.body, new Map(env).set(s.index, `${path}/${s.extent}`), `${path}/${s.extent}`);
        break;
      case 'let':
        look(s.value, env);
        if (s.value.type === 'i32') env.set(s.name, text(s.value, env));
        break;
      case 'var':
      case 'assign':
        look(s.value, env);
        break;
      case 'store': {
        look(s.index, env);
        look(s.value, env);
        const { stores } = accesses.get(s.buffer)!;
        const at = text(s.index, env);
        if (!stores.has(at)) stores.set(at, time++);
        break;
      }
      case 'if':
        look(s.cond, env);
        enterAll(s.then, new Map(env), path);
        enterAll(s.otherwise, new Map(env), path);
        break;
      case 'reduce': {
        const inner = new Map(env).set(s.index, `${path}/${s.extent}`);
        enterAll(s.body, inner, `${path}/${s.extent}`);
        look(s.value, inner);
        break;
      }
      case 'assert':
        look(s.cond, env);
        look(s.got, env);
        break;
    }
  };
  const enterAll = (body: readonly Stmt[], env: Map<string, string>, path: string): void => {
    for (const s of body) enter(s, env, path);
  };
  enterAll(kernel.body, new Map(), 'loop');
  return accesses;
}

/**
 * True when every element of `from` that is read is an element of `to` that the same iteration stores afterwards: nothing misses what is overwritten.
 * Every element of `to` is stored once, which is how the nests of this room are made.
 */
export function mayOverwrite(accesses: Accesses, from: string, to: string): boolean {
  const { loads } = accesses.get(from)!;
  const { stores } = accesses.get(to)!;
  return [...loads].every(
    ([at, loaded]) => !at.includes(unknown) && loaded < (stores.get(at) ?? Number.NEGATIVE_INFINITY),
  );
}

/** The kernel with `to` written where `from` was read: one buffer, read and written. */
export function overwriting(kernel: Kernel, from: string, to: string): Kernel {
  const known = rewritten.get(kernel.body) ?? new Map<string, Kernel>();
  rewritten.set(kernel.body, known);
  const key = `${from} ${to}`;
  const made = known.get(key) ?? renamed(kernel, from, to);
  known.set(key, made);
  return { ...made, name: kernel.name };
}

function renamed(kernel: Kernel, from: string, to: string): Kernel {
  // Only stores mention `to`: a result is not read.
  const list = (stmts: readonly Stmt[]): readonly Stmt[] =>
    stmts.map((s) =>
      s.kind === 'store' && s.buffer === to ? { ...s, buffer: from } : mapStmt(s, (e) => e, list),
    );
  return {
    ...kernel,
    buffers: kernel.buffers.flatMap((b) =>
      b.name === to ? [] : b.name === from ? [{ ...b, role: 'inout' as const }] : [b],
    ),
    body: list(kernel.body),
  };
}
