// The types users see. `npm run types` is what checks them; vitest only runs the file.
import {
  GradientTape,
  grad,
  type Jitted,
  jit,
  type Tensor,
  tensor,
  type Variable,
  valueAndGrad,
  variable,
  vjp,
} from 'tracejit';
import { compileFunction, Graph, Session } from 'tracejit/graph';
import { expectTypeOf, it } from 'vitest';

interface Params {
  readonly w: Tensor;
  readonly layers: readonly { readonly b: Tensor }[];
}

it('jit keeps the signature', () => {
  const f = (p: Params, x: Tensor, scale: number): [Params, Tensor] => [p, x.mul(scale)];
  const compiled = jit(f);
  expectTypeOf(compiled).toEqualTypeOf<Jitted<[p: Params, x: Tensor, scale: number], [Params, Tensor]>>();
  expectTypeOf(compiled).parameters.toEqualTypeOf<[p: Params, x: Tensor, scale: number]>();
  expectTypeOf(compiled).returns.toEqualTypeOf<[Params, Tensor]>();
  expectTypeOf(compiled.traces).items.toHaveProperty('why').toEqualTypeOf<string>();
});

it('a gradient has the structure of its argument', () => {
  const loss = (p: Params, x: Tensor): Tensor => p.w.mul(x).sum();
  expectTypeOf(grad(loss)).returns.toEqualTypeOf<{ w: Tensor; layers: { b: Tensor }[] }>();
  expectTypeOf(grad(loss, 1)).returns.toEqualTypeOf<Tensor>();
  expectTypeOf(grad(loss, [1])).returns.toEqualTypeOf<[Tensor]>();
  expectTypeOf(valueAndGrad(loss)).returns.toEqualTypeOf<[Tensor, { w: Tensor; layers: { b: Tensor }[] }]>();
  expectTypeOf(grad((x: number) => tensor(x).square())).returns.toEqualTypeOf<Tensor>();
});

it('vjp gives the value and a pullback', () => {
  const [y, pullback] = vjp((x: Tensor) => x.mul(2), tensor([1, 2]));
  expectTypeOf(y).toEqualTypeOf<Tensor>();
  expectTypeOf(pullback).returns.toEqualTypeOf<[Tensor]>();
});

it('a tape gives the structure of the sources, null where nothing may be connected', () => {
  const [x, w] = [tensor(1), variable(1)];
  using tape = new GradientTape({ persistent: true });
  tape.watch(x);
  const y = x.mul(w);
  expectTypeOf(tape.gradient(y, w)).toEqualTypeOf<Tensor | null>();
  expectTypeOf(tape.gradient(y, { x, w: [w] })).toEqualTypeOf<{ x: Tensor | null; w: [Tensor | null] }>();
  expectTypeOf(tape.gradient(y, [w], { unconnected: 'zeros' })).toEqualTypeOf<[Tensor]>();
  expectTypeOf(tape.gradient(y, [w] as readonly Variable[])).toEqualTypeOf<(Tensor | null)[]>();
  expectTypeOf(GradientTape.record(() => 5)).toEqualTypeOf<number>();
});

it('a session gives a value for a tensor and null for an initializer', () => {
  const g = new Graph();
  const v = g.variable(1);
  const session = new Session(g);
  expectTypeOf(session.run(g.initializer)).toEqualTypeOf<null>();
  expectTypeOf(session.run(v)).toEqualTypeOf<Tensor>();
  expectTypeOf(session.run([v, v.add(1), g.initializer])).toEqualTypeOf<[Tensor, Tensor, null]>();
  expectTypeOf(compileFunction([], v)).returns.toEqualTypeOf<Tensor>();
  expectTypeOf(compileFunction([], [v])).returns.toEqualTypeOf<Tensor[]>();
});

it('a variable is a tensor', () => {
  expectTypeOf(variable(1)).toMatchTypeOf<Tensor>();
});

it('misuse does not type', () => {
  const step = jit((x: Tensor) => x);
  // @ts-expect-error a string is no tensor
  const asString = (): unknown => step('x');
  // @ts-expect-error there is no such option
  const option = (): unknown => jit((x: Tensor) => x, { statics: [0] });
  const write = (x: Tensor): void => {
    // @ts-expect-error tensors are immutable
    x.shape[0] = 1;
  };
  expectTypeOf([asString, option, write]).toBeArray();
});
