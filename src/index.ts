// The public surface of `tracejit`: re-exports only.
import './autodiff/history.ts';

export type { TypedArray } from './array/nd.ts';
export { type CustomPullback, customGradient } from './autodiff/custom.ts';
export {
  type Argnums,
  type Gradient,
  type Gradients,
  type GradOptions,
  grad,
  valueAndGrad,
  vjp,
} from './autodiff/grad.ts';
export {
  type FullTapeGradient,
  GradientTape,
  type GradientTapeOptions,
  type TapeGradient,
  type TapeGradientOptions,
} from './autodiff/gradient-tape.ts';
export { hessian, jacobian, jvp } from './autodiff/jacobian.ts';
export { noGrad } from './autodiff/no-grad.ts';
export { numericGradient } from './autodiff/numeric.ts';
export type { Limits } from './codegen/wasm/limits.ts';
export type { DType, Shape, TensorType } from './ir/types.ts';
export type { TraceRecord } from './jit/cache.ts';
export { checkpoint } from './jit/checkpoint.ts';
export type { KernelCost } from './jit/cost.ts';
export { evalShape } from './jit/eval-shape.ts';
export type { Lowered, MemorySummary } from './jit/explain.ts';
export { type Jitted, jit } from './jit/jit.ts';
export { type Configuration, configure, type JitOptions } from './jit/options.ts';
export type { KernelProfile, Profile } from './jit/profile.ts';
export { type Spec, spec } from './jit/spec.ts';
export type { KernelCall } from './jit/stopwatch.ts';
export { argmax, argmin } from './ops/argreduce.ts';
export { argsort, type SortOptions } from './ops/argsort.ts';
export type { Axes } from './ops/axes.ts';
export * from './ops/binary.ts';
export * from './ops/bitwise.ts';
export type { TensorLike } from './ops/coerce.ts';
export { concat } from './ops/concat.ts';
export { type CumulateOptions, cumprod, cumsum } from './ops/cumulate.ts';
export { dynamicSlice, dynamicUpdateSlice, type Starts } from './ops/dynamic.ts';
export { gather } from './ops/gather.ts';
export * from './ops/logic.ts';
export { type FunctionCall, giveOverride, type Override, overridableName } from './ops/override.ts';
export { type Padding, pad } from './ops/pad.ts';
export { all, any, max, min, prod, sum } from './ops/reduce.ts';
export { reshape } from './ops/reshape.ts';
export { flip } from './ops/reverse.ts';
export { scatterAdd, scatterAddAlongAxis } from './ops/scatter.ts';
export { stopGradient } from './ops/stop-gradient.ts';
export { takeAlongAxis } from './ops/take-along-axis.ts';
export { transpose } from './ops/transpose.ts';
export * from './ops/unary.ts';
export { alongside } from './tensor/alongside.ts';
export {
  elu,
  type GeluOptions,
  gelu,
  leakyRelu,
  logSoftmax,
  relu6,
  selu,
  silu,
  softmax,
  softplus,
} from './tensor/composites/activations.ts';
export { einsum } from './tensor/composites/einsum.ts';
export { cast, clamp } from './tensor/composites/elementwise.ts';
export { oneHot, slice, tril, triu } from './tensor/composites/indexing.ts';
export { dot, matmul, outer } from './tensor/composites/linear.ts';
export {
  broadcastTo,
  expandDims,
  flatten,
  repeat,
  roll,
  split,
  squeeze,
  stack,
  tile,
  unstack,
} from './tensor/composites/shaping.ts';
export { sort, topK } from './tensor/composites/sorting.ts';
export {
  type LayerNormOptions,
  layerNorm,
  logSumExp,
  mean,
  norm,
  std,
  variance,
} from './tensor/composites/statistics.ts';
export {
  avgPool1d,
  avgPool2d,
  type ConvOptions,
  conv1d,
  conv2d,
  maxPool1d,
  maxPool2d,
  type PoolOptions,
  type WindowPadding,
} from './tensor/composites/vision.ts';
export type { NestedArray } from './tensor/core.ts';
export { type TensorData, type TensorOptions, tensor } from './tensor/create.ts';
export { eagerly } from './tensor/eagerly.ts';
export { arange, eye, full, linspace, ones, onesLike, zeros, zerosLike } from './tensor/fill.ts';
export { Generator } from './tensor/generator.ts';
export type { BackwardOptions, GradientHook } from './tensor/history.ts';
export * as random from './tensor/random.ts';
export { type SliceIndex, Tensor } from './tensor/tensor.ts';
export { update } from './tensor/update.ts';
export { Variable, type VariableOptions, variable } from './tensor/variable.ts';
export { cond, switchCase } from './trace/control/branches.ts';
export { forLoop, type ScanOptions, scan, whileLoop } from './trace/control/loops.ts';
export type { Like, Tensors } from './trace/control/state.ts';
export { type InAxes, vmap } from './trace/control/vmap.ts';
export { assert, check, print } from './trace/effects.ts';
export { Setting } from './trace/setting.ts';
export * as tree from './trace/trees.ts';
export {
  ArgumentError,
  AxisError,
  CheckError,
  DonationError,
  DTypeError,
  GradientError,
  GraphError,
  InternalError,
  LeakError,
  OptionError,
  ParseError,
  PassError,
  RetraceError,
  ShapeError,
  TraceError,
  TracejitError,
  TreeError,
  VerifyError,
} from './util/errors.ts';
