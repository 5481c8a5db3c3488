// `tracejit/optim`: optimizers, learning-rate schedules, gradient clipping.
export { Adagrad, type AdagradOptions } from './optim/adagrad.ts';
export { Adam, type AdamOptions, AdamW } from './optim/adam.ts';
export { clipByGlobalNorm, clipByNorm, clipByValue, globalNorm } from './optim/clip.ts';
export {
  Optimizer,
  type OptimizerOptions,
  type OptimizerState,
  type Parameters,
} from './optim/optimizer.ts';
export { RMSProp, type RMSPropOptions } from './optim/rmsprop.ts';
export {
  type CosineDecayOptions,
  constant,
  cosineDecay,
  type ExponentialDecayOptions,
  exponentialDecay,
  type Schedule,
  type StepDecayOptions,
  stepDecay,
  warmup,
} from './optim/schedules.ts';
export { SGD, type SGDOptions } from './optim/sgd.ts';
