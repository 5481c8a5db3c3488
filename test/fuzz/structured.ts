// Random structured programs: branches and loops in one another, over a few variables of fixed types.
import {
  cond,
  dynamicUpdateSlice,
  forLoop,
  scan,
  switchCase,
  type Tensor,
  tensor,
  type Variable,
  where,
  whileLoop,
} from 'tracejit';
import { sizeOf } from '../../src/ir/types.ts';
import type { Draw } from './program.ts';

/** What a program works on: three vectors, two numbers, an integer; or three lists of rows, two rows, an integer. */
export interface Variables {
  readonly v: readonly [Tensor, Tensor, Tensor];
  readonly s: readonly [Tensor, Tensor];
  readonly n: Tensor;
}

export type Statement =
  | {
      readonly kind: 'assign';
      readonly to: number;
      readonly how: number;
      readonly from: readonly [number, number];
    }
  | {
      readonly kind: 'scalar';
      readonly to: number;
      readonly how: number;
      readonly from: readonly [number, number];
    }
  | { readonly kind: 'store'; readonly from: number }
  | { readonly kind: 'swap'; readonly a: number; readonly b: number }
  | { readonly kind: 'rotate' }
  | { readonly kind: 'count'; readonly by: number }
  | { readonly kind: 'if'; readonly test: number; readonly yes: Statements; readonly no: Statements }
  | { readonly kind: 'switch'; readonly cases: readonly Statements[] }
  | { readonly kind: 'for'; readonly rounds: number | 'n'; readonly body: Statements }
  | { readonly kind: 'while'; readonly rounds: number; readonly test: number; readonly body: Statements }
  | { readonly kind: 'scan'; readonly over: number; readonly reverse: boolean; readonly body: Statements };
export type Statements = readonly Statement[];

// A variable that programs drawn and run under `withVariable` assign, in branches and loops too.
let stored: Variable | null = null;

export function withVariable<T>(variable: Variable, f: () => T): T {
  stored = variable;
  try {
    return f();
  } finally {
    stored = null;
  }
}

/** About `size` statements. */
export function drawStatements(r: Draw, size: number, depth = 0): Statements {
  const list: Statement[] = [];
  for (let i = 0; i < size; i++) list.push(drawStatement(r, size, depth));
  return list;
}

function drawStatement(r: Draw, size: number, depth: number): Statement {
  const inside = (): Statements => drawStatements(r, r.int(Math.max(1, size)), depth + 1);
  const two = (): readonly [number, number] => [r.int(3), r.int(3)];
  const simple: readonly (() => Statement)[] = [
    () => ({ kind: 'assign', to: r.int(3), how: r.int(vectors.length), from: two() }),
    () => ({ kind: 'assign', to: r.int(3), how: r.int(vectors.length), from: two() }),
    () => ({ kind: 'scalar', to: r.int(2), how: r.int(scalars.length), from: two() }),
    () => ({ kind: 'swap', a: r.int(3), b: r.int(3) }),
    () => ({ kind: 'rotate' }),
    ...(stored === null ? [] : [(): Statement => ({ kind: 'store', from: r.int(3) })]),
    () => ({ kind: 'count', by: r.int(3) - 1 }),
  ];
  const nested: readonly (() => Statement)[] = [
    () => ({ kind: 'if', test: r.int(tests.length), yes: inside(), no: inside() }),
    () => ({ kind: 'switch', cases: [inside(), inside(), inside()].slice(0, 1 + r.int(3)) }),
    () => ({ kind: 'for', rounds: r.chance(0.4) ? 'n' : r.int(4), body: inside() }),
    () => ({ kind: 'while', rounds: r.int(4), test: r.int(tests.length), body: inside() }),
    () => ({ kind: 'scan', over: r.int(3), reverse: r.chance(0.5), body: inside() }),
  ];
  return r.of(depth < 3 && r.chance(0.45) ? nested : simple)();
}

const vectors: readonly ((a: Tensor, b: Tensor, x: Variables) => Tensor)[] = [
  (a, b) => a.add(b).sin(),
  (a, b) => a.mul(b).tanh(),
  (a, _, { s }) => a.mul(s[0]).add(s[1]).cos(),
  (a, b) => where(a.less(b), a, b.mul(0.5)),
  (a, b, { n }) =>
    dynamicUpdateSlice(
      a,
      b.slice([0, 2]),
      a.shape.map((_, axis) => (axis === 0 ? n : 0)),
    ),
  (a, _, { n }) => a.gather(n.mod(3)).add(a).sin(),
  (a) => a.flip(0),
  (a, b) => a.sub(b.sum(0)).tanh(),
  (_, b) => b,
  (a) => constantLike(a),
];

function constantLike(a: Tensor): Tensor {
  const column = tensor([0.25, -0.5, 1]);
  return a.ndim === 1 ? column : column.reshape([3, 1]).broadcastTo(a.shape);
}

const scalars: readonly ((a: Tensor, b: Tensor, x: Variables) => Tensor)[] = [
  (a, b) => a.mul(b).sum(0).tanh(),
  (a) => a.max(0).sin(),
  (_, __, { s }) => s[1],
  (a, _, { n, s }) => s[0].add(n.cast('float32')).mul(a.slice(1)).sin(),
];

const tests: readonly ((x: Variables) => Tensor)[] = [
  ({ s }) => s[0].less(s[1]).all(),
  ({ n }) => n.mod(2).equal(0),
  ({ v }) => v[0].greater(v[1]).any(),
  ({ v }) => v[2].sum().lessEqual(0.5),
];

function with3<T>(list: readonly [T, T, T], at: number, value: T): readonly [T, T, T] {
  const [a, b, c] = list.map((old, i) => (i === at ? value : old)) as [T, T, T];
  return [a, b, c];
}

/** Runs the statements on the variables. */
export function execute(statements: Statements, start: Variables): Variables {
  return statements.reduce(step, start);
}

function step(x: Variables, st: Statement): Variables {
  const { v, s, n } = x;
  switch (st.kind) {
    case 'assign':
      return { ...x, v: with3(v, st.to, vectors[st.how]!(v[st.from[0] as 0], v[st.from[1] as 0], x)) };
    case 'scalar': {
      const value = scalars[st.how]!(v[st.from[0] as 0], v[st.from[1] as 0], x);
      return { ...x, s: st.to === 0 ? [value, s[1]] : [s[0], value] };
    }
    case 'swap': {
      const [a, b] = [v[st.a as 0], v[st.b as 0]];
      return { ...x, v: with3(with3(v, st.a, b), st.b, a) };
    }
    case 'store': {
      // The variable is read again, and what it held is part of the state.
      const before = stored!.value();
      stored!.assign(v[st.from as 0].add(before.mul(0.5)).sin());
      return { ...x, v: with3(v, (st.from + 1) % 3, before) };
    }
    case 'rotate':
      return { v: [v[1], v[2], v[0]], s: [s[1], s[0]], n };
    case 'count':
      return { ...x, n: n.add(st.by) };
    case 'if':
      return cond<Variables>(
        tests[st.test]!(x),
        () => execute(st.yes, x),
        () => execute(st.no, x),
      ) as Variables;
    case 'switch':
      return switchCase<Variables>(
        n,
        st.cases.map((body) => () => execute(body, x)),
      ) as Variables;
    case 'for': {
      const rounds = st.rounds === 'n' ? n.mod(4) : st.rounds;
      return forLoop(
        0,
        rounds,
        (i, y) => execute(st.body, { ...(y as Variables), n: (y as Variables).n.add(i) }) as never,
        x,
      ) as Variables;
    }
    case 'while': {
      const { x: last } = whileLoop(
        ({ left, x: y }) => left.greater(0).logicalAnd(tests[st.test]!(y as Variables)),
        ({ left, x: y }) => ({ left: left.sub(1), x: execute(st.body, y as Variables) }) as never,
        { left: tensor(st.rounds, { dtype: 'int32' }), x },
      );
      return last as Variables;
    }
    case 'scan': {
      const [last, ys] = scan(
        (y, row) => {
          const next = execute(st.body, { ...(y as Variables), s: [row, (y as Variables).s[1]] });
          return [next as never, next.s[1].add(row)];
        },
        x,
        v[st.over as 0],
        { reverse: st.reverse },
      );
      return { ...(last as Variables), v: with3((last as Variables).v, 1, ys.sin()) };
    }
  }
}

/** Random variables; of rows of so many elements where `columns` says so. */
export function drawVariables(r: Draw, columns: readonly number[] = []): Tensor[] {
  const float = (): number => (r.chance(0.03) ? r.of([0, -0, 1e30, Number.NaN]) : 2 * r.random() - 1);
  const random = (shape: readonly number[]): Tensor =>
    tensor(Float32Array.from({ length: sizeOf(shape) }, float), { shape });
  return [
    ...[0, 1, 2].map(() => random([3, ...columns])),
    random(columns),
    random(columns),
    tensor(r.int(7) - 2, { dtype: 'int32' }),
  ];
}

/** A program as a function of its six variables. */
export function functionOf(statements: Statements): (...xs: Tensor[]) => readonly Tensor[] {
  return (...xs) => {
    const [a, b, c, s, t, n] = xs as [Tensor, Tensor, Tensor, Tensor, Tensor, Tensor];
    const last = execute(statements, { v: [a, b, c], s: [s, t], n });
    return [...last.v, ...last.s, last.n];
  };
}
