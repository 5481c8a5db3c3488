// The types users see. `npm run types` is what checks them; vitest only runs the file.
import { grad, type Jitted, jit, type Tensor, tensor, valueAndGrad, variable, vjp } from 'tracejit';
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
