// What users see when a graph is used wrongly: everything is named.

import { grad, jit, print, type Tensor, tensor, variable, vjp } from 'tracejit';
import { compileFunction, Graph, gradients, Session, shared, symbol } from 'tracejit/graph';
import { describe, expect, it } from 'vitest';
import { messageOf } from './message.ts';

function example() {
  const g = new Graph('g');
  const x = g.placeholder('float32', [null, 2], 'x');
  const y = g.placeholder('float32', [null, 2], 'y');
  const w = g.variable(tensor([1, 2]), 'w');
  return { g, x, y, w, session: new Session(g) };
}

describe('a session', () => {
  it('names the placeholder that is not fed', () => {
    const { x, y, session } = example();
    expect(messageOf(() => session.run(x.mul(y).sum(), [[x, [[1, 2]]]]))).toBe(
      "GraphError: Session.run: placeholder 'y' f32[?,2] is needed and was not fed; feed it: session.run(fetches, new Map([[y, value]]))",
    );
  });

  it('names the variable that has no value', () => {
    const { x, w, session } = example();
    expect(messageOf(() => session.run(x.mul(w), [[x, [[1, 2]]]]))).toBe(
      "GraphError: Session.run: variable 'w' has no value in this session; run its initializer first: session.run(g.initializer)",
    );
  });

  it('refuses other shapes and dtypes', () => {
    const { x, y, session } = example();
    expect(messageOf(() => session.run(x, [[x, [1, 2]]]))).toBe(
      "ShapeError: Session.run: placeholder 'x' f32[?,2] was fed f32[2]; feed it that shape, or leave sizes that vary open where the placeholder is made, as null",
    );
    expect(messageOf(() => session.run(x, [[x, [[1, 2, 3]]]]))).toBe(
      "ShapeError: Session.run: placeholder 'x' f32[?,2] was fed f32[1,3]; feed it that shape, or leave sizes that vary open where the placeholder is made, as null",
    );
    expect(messageOf(() => session.run(x, [[x, tensor([[1, 2]], { dtype: 'int32' })]]))).toBe(
      "GraphError: Session.run: placeholder 'x' f32[?,2] was fed i32[1,2]; cast it: x.cast('float32')",
    );
    expect(
      messageOf(() =>
        session.run(x.sum().add(y.sum()), [
          [x, [[1, 2]]],
          [
            y,
            [
              [1, 2],
              [3, 4],
            ],
          ],
        ]),
      ),
    ).toBe(
      "ShapeError: Session.run: placeholder 'x' f32[?,2] and placeholder 'y' f32[?,2] leave one size open between them, and were fed 1 and 2; sizes that are not the same need names: g.placeholder(dtype, ['rows', 784])",
    );
  });

  it('runs tensors of its graph', () => {
    const { session } = example();
    const other = new Graph('other');
    const z = other.placeholder('float32', [], 'z');
    expect(messageOf(() => session.run(z.mul(2)))).toBe(
      "GraphError: Session.run: mul f32[] is of graph 'other', and this session runs graph 'g'; run it in a session of its own graph, or build it in this one",
    );
    expect(messageOf(() => session.run(other.initializer))).toBe(
      "GraphError: Session.run: the initializer is of graph 'other', and this session runs graph 'g'; run it in a session of its own graph, or build it in this one",
    );
    expect(messageOf(() => session.run(tensor(1)))).toBe(
      'ArgumentError: Session.run: a fetch is a tensor of a graph or an initializer, got another object',
    );
    const { x } = example();
    expect(messageOf(() => session.run(session.graph.variables[0]!, [[x, [[1, 2]]]]))).toBe(
      "GraphError: Session.run: only placeholders of graph 'g' can be fed, got placeholder 'x' f32[?,2] of graph 'g'",
    );
  });

  it('assigns a variable once in a run, and nothing in one that fails', () => {
    const { x, w, session } = example();
    const [a, b] = [w.assign(x.slice(0)), w.assignAdd(1)];
    expect(messageOf(() => session.run([a, b], [[x, [[1, 2]]]]))).toBe(
      "GraphError: Session.run: variable 'w' is assigned by two nodes of one run, whose order nothing says; run one after the other",
    );
    expect(messageOf(() => session.run(a))).toMatch(/placeholder 'x'/);
    expect(messageOf(() => session.run(w))).toMatch(/variable 'w' has no value/);
    expect(messageOf(() => w.assign(tensor([1, 2, 3])))).toBe(
      "GraphError: variable 'w'.assign: the variable is f32[2], got f32[3]",
    );
  });
});

describe('a tensor of a graph', () => {
  it('belongs to one graph', () => {
    const { x } = example();
    const z = new Graph('other').placeholder('float32', [], 'z');
    expect(messageOf(() => x.add(z))).toBe(
      "GraphError: a tensor of graph 'other' was used in graph 'g'; a graph computes with its own tensors. Build both parts in one graph, or run the first and feed its result",
    );
    expect(messageOf(() => jit((t: Tensor) => t.add(z))(tensor(1)))).toBe(
      "GraphError: a tensor of graph 'other' was used while @anonymous is traced; run the graph and pass the result, or write it as a function and jit that",
    );
    expect(messageOf(() => new Graph('third').gradients(z, [z]))).toBe(
      "GraphError: gradients: ys[0], placeholder 'z' f32[], is of graph 'other' and was asked for in graph 'third'; ask its own graph, or gradients(ys, xs), which finds it",
    );
    expect(messageOf(() => gradients(tensor(1), [z]))).toBe(
      'GraphError: gradients: expected tensors of a graph; for tensors with elements there is grad(f)',
    );
  });

  it('has no elements', () => {
    const { x } = example();
    expect(messageOf(() => x.sum().item())).toBe(
      "GraphError: item(): sum f32[] of graph 'g' has no elements before it is run; run it, session.run(x), and read what that returns. Conditions and loops on it are g.cond and g.whileLoop",
    );
    expect(messageOf(() => `${x}`)).toMatch(
      /^GraphError: a JavaScript operator or conversion: placeholder 'x' f32\[\?,2\]/,
    );
    expect(messageOf(() => x.sum().backward())).toBe(
      'GradientError: backward: no gradient flows through it: it is part of a graph: g.gradients(y, [x]) adds its gradients there',
    );
    const v = variable(tensor([1, 2]), { name: 'v' });
    expect(messageOf(() => v.assign(x.sum(0)))).toMatch(
      /^GraphError: an eager computation: sum f32\[2\] of graph 'g'/,
    );
  });

  it('lets unknown sizes be sizes and divisors only', () => {
    const { x, session } = example();
    // What this package computes with, read past the guard.
    const n = x.type.shape[0]!;
    const refused = (k: number): string =>
      `ShapeError: the number ${k} was computed from a size that is not known before the graph is fed; sizes may be multiplied by integers and used as shapes and divisors, and anything else has to be computed with tensors: sizeOf(x, axis)`;
    expect(messageOf(() => x.div(n - 1))).toBe(refused(n - 1));
    expect(messageOf(() => x.mul(1 / n))).toBe(refused(1 / n));
    expect(messageOf(() => session.run(x.mul(n / 2), [[x, [[1, 2]]]]))).toBe(refused(n / 2));
    expect(
      session
        .run(x.div(n).slice([0, n - 1]), [
          [
            x,
            [
              [4, 8],
              [1, 1],
            ],
          ],
        ])
        .toArray(),
    ).toEqual([[2, 4]]);
  });

  it('has no effects that nobody asks for', () => {
    const { x } = example();
    expect(messageOf(() => print('x is', x))).toBe(
      "GraphError: print gives no tensor that could be asked for, so no run of graph 'g' would ever come by; run the values it is about, and look at what that returns",
    );
  });

  it('names what is no shape', () => {
    const { g } = example();
    expect(messageOf(() => g.placeholder('float32', 5 as never, 'z'))).toBe(
      "ShapeError: placeholder 'z': expected a shape such as [null, 784], got 5",
    );
    expect(messageOf(() => g.variable(() => g.placeholder('float32'), 'v'))).toMatch(
      /^ArgumentError: variable 'v': its first value must be a tensor with elements/,
    );
    expect(messageOf(() => g.variables[0]!.getValue())).toBe(
      "GraphError: getValue: every session has its own value of variable 'w'; session.run(v) reads it, session.run(v.assign(x)) sets it, and shared(x) makes a variable that holds its value itself",
    );
  });
});

describe('compileFunction', () => {
  it('names what is missing or foreign', () => {
    const [x, y] = [symbol('x'), symbol('y')];
    expect(messageOf(() => compileFunction([x], x.add(y)))).toBe(
      "GraphError: compileFunction: the outputs depend on placeholder 'y' f32[], which is no input; add it to the inputs, or give it a value with givens",
    );
    expect(messageOf(() => compileFunction([x], tensor(1)))).toBe(
      'GraphError: compileFunction: outputs[0] is no expression of symbols and shared variables: it was computed when it was written',
    );
    expect(messageOf(() => compileFunction([x], x, { updates: [[variable(tensor(1)) as never, x]] }))).toBe(
      'GraphError: compileFunction: only shared variables can be updated; make it with shared(initial), so that what is computed from it is an expression',
    );
    const state = shared(1, 'state');
    expect(messageOf(() => compileFunction([x], x, { givens: [[state, symbol('v', [3])]] }))).toBe(
      "GraphError: compileFunction: f32[3] cannot stand in for variable 'state' f32[], which is f32[]",
    );
    expect(messageOf(() => compileFunction([x], state, { givens: [[x, x.add(1)]] }))).toBe(
      'GraphError: compiled: what stands in for a tensor depends on one that is replaced itself',
    );
    const f = compileFunction([x], x.mul(2), { name: 'double' });
    expect(messageOf(() => f(1, 2))).toBe('ArgumentError: double: takes 1 argument (x), got 2');
    const local = new Graph('g').variable(1, 'w');
    expect(messageOf(() => compileFunction([], local)())).toBe(
      "GraphError: compileFunction: every session has its own value of variable 'w'; functions use shared(initial)",
    );
  });
});

it('a gradient outside of a graph does not pass over what is computed in it', () => {
  const { g, w } = example();
  const words = (where: string): string =>
    `GradientError: ${where}: the result is GraphTensor sum f32[] of graph 'g', computed where this gradient does not see it; take it there, g.asDefault(() => ${where}(…)), or write nodes: g.gradients(y, [x])`;
  const f = (x: Tensor): Tensor => x.mul(w).sum();
  const one = tensor([1, 1]);
  expect(messageOf(() => grad(f)(one))).toBe(words('grad'));
  expect(messageOf(() => vjp(f, one)[1](tensor(1)))).toBe(words('vjp'));
  const session = new Session(g);
  session.run(g.initializer);
  expect(session.run(g.asDefault(() => grad(f)(one))).toArray()).toEqual([1, 2]);
});
