// What the types of jit and the gradient functions promise; checked by the type checker alone.
import { expectTypeOf } from 'vitest';
import { grad, jit, type Tensor, type TensorLike, valueAndGrad, vjp } from '../../src/index.ts';

interface Params {
  readonly w: Tensor;
  readonly layers: readonly { readonly b: Tensor; readonly scale: number }[];
  readonly note: string;
}
interface ParamsGradient {
  w: Tensor;
  layers: { b: Tensor; scale: Tensor }[];
  note: string;
}
declare const loss: (params: Params, x: Tensor) => Tensor;
declare const withAux: (x: TensorLike) => [Tensor, { correct: Tensor }];

expectTypeOf(grad(loss)).toEqualTypeOf<(params: Params, x: Tensor) => ParamsGradient>();
expectTypeOf(grad(loss, 1)).returns.toEqualTypeOf<Tensor>();
expectTypeOf(grad(loss, [1, 0])).returns.toEqualTypeOf<[Tensor, ParamsGradient]>();
expectTypeOf(grad(grad((x: Tensor) => x))).toEqualTypeOf<(x: Tensor) => Tensor>();

expectTypeOf(valueAndGrad(loss)).returns.toEqualTypeOf<[Tensor, ParamsGradient]>();
expectTypeOf(valueAndGrad(withAux, { hasAux: true })).returns.toEqualTypeOf<
  [[Tensor, { correct: Tensor }], Tensor]
>();
expectTypeOf(valueAndGrad(loss, { argnums: [1] })).returns.toEqualTypeOf<[Tensor, [Tensor]]>();

expectTypeOf(jit(loss)).toBeCallableWith(null as unknown as Params, null as unknown as Tensor);
expectTypeOf(jit(loss)).returns.toEqualTypeOf<Tensor>();
expectTypeOf(jit(valueAndGrad(loss), { donate: [0] })).returns.toEqualTypeOf<[Tensor, ParamsGradient]>();
expectTypeOf(grad(jit(loss))).returns.toEqualTypeOf<ParamsGradient>();
expectTypeOf(jit(loss).lower).parameters.toEqualTypeOf<[params: Params, x: Tensor]>();

expectTypeOf(
  vjp((x: Tensor, y: Tensor) => ({ sum: x.add(y) }), null as unknown as Tensor, null as unknown as Tensor),
).toEqualTypeOf<[{ sum: Tensor }, (cotangent: { sum: Tensor }) => [Tensor, Tensor]]>();

// @ts-expect-error: an option that does not exist
jit(loss, { statics: [0] });
// @ts-expect-error: hasAux is a boolean
valueAndGrad(loss, { hasAux: 1 });
