// What the types of modules, layers and optimizers promise; checked by the type checker alone.
import type { Tensor, Variable } from 'tracejit';
import { Dense, functional, input, type Model, Module } from 'tracejit/nn';
import { Adam, type OptimizerState } from 'tracejit/optim';
import { expectTypeOf } from 'vitest';

class Net extends Module {
  l1 = new Dense(3);
  forward(x: Tensor, scale: number): [Tensor, number] {
    return [this.l1(x).mul(scale), scale];
  }
}
declare const x: Tensor;
const net = new Net();

// An instance is called with the arguments of `forward`.
expectTypeOf(net(x, 2)).toEqualTypeOf<[Tensor, number]>();
expectTypeOf(net.l1(x)).toEqualTypeOf<Tensor>();
expectTypeOf(net.l1(x, { training: true })).toEqualTypeOf<Tensor>();
// @ts-expect-error: an argument is missing
net(x);
// @ts-expect-error: a layer takes a tensor
net.l1('x');
// @ts-expect-error: there is no such option
net.l1(x, { train: true });
expectTypeOf(net.parameters()).toEqualTypeOf<readonly Variable[]>();

expectTypeOf(input([3])).toEqualTypeOf<Tensor>();
expectTypeOf(functional(input([3]), new Dense(2)(input([3])))).toEqualTypeOf<Model>();

const params = { w: x, list: [x] };
const adam = new Adam();
expectTypeOf(adam.init(params)).toEqualTypeOf<OptimizerState<typeof params>>();
expectTypeOf(adam.update(params, adam.init(params), params)).toEqualTypeOf<
  [typeof params, OptimizerState<typeof params>]
>();
// @ts-expect-error: there is no such option
new Adam({ learningRate: 1 });
