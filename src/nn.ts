// `tracejit/nn`: layers, modules, Keras-style models, losses, metrics.
export type { ActivationFunction, ActivationLike } from './nn/activations.ts';
export {
  constant,
  glorotNormal,
  glorotUniform,
  heNormal,
  heUniform,
  type Initialiser,
  type InitialiserLike,
  lecunNormal,
  lecunUniform,
  orthogonal,
  randomNormal,
  randomUniform,
  truncatedNormal,
} from './nn/initialisers.ts';
export { type CallOptions, Layer, type LayerConfig, type LayerOptions } from './nn/layer.ts';
export {
  type AttentionOptions,
  MultiHeadAttention,
  type MultiHeadAttentionOptions,
} from './nn/layers/attention.ts';
export { Conv1D, type Conv1DOptions, Conv2D, type ConvLayerOptions } from './nn/layers/convolution.ts';
export { Activation, Add, Concatenate, Dropout, Flatten, Lambda, Reshape } from './nn/layers/core.ts';
export { Dense, type DenseOptions } from './nn/layers/dense.ts';
export { Embedding, type EmbeddingOptions } from './nn/layers/embedding.ts';
export {
  BatchNorm,
  type BatchNormOptions,
  LayerNorm,
  type LayerNormOptions,
} from './nn/layers/normalisation.ts';
export {
  AvgPool1D,
  AvgPool2D,
  GlobalAvgPool,
  GlobalMaxPool,
  MaxPool1D,
  MaxPool2D,
  type PoolLayerOptions,
} from './nn/layers/pooling.ts';
export {
  GRU,
  type GRUOptions,
  LSTM,
  type LSTMOptions,
  type RecurrentCallOptions,
  type RecurrentOptions,
  SimpleRNN,
} from './nn/layers/recurrent.ts';
export * from './nn/losses.ts';
export {
  accuracy,
  binaryAccuracy,
  categoricalAccuracy,
  type Metric,
  type MetricLike,
  mae,
  metric,
  mse,
  precision,
  recall,
  rmse,
  sparseCategoricalAccuracy,
  sparseTopKCategoricalAccuracy,
  topKCategoricalAccuracy,
} from './nn/metrics.ts';
export {
  type Callback,
  type CheckpointOptions,
  checkpoint,
  type EarlyStoppingOptions,
  earlyStopping,
  type History,
  type Logs,
  learningRateSchedule,
  type Run,
} from './nn/models/callbacks.ts';
export type {
  ClassWeight,
  CompileOptions,
  Data,
  EvaluateOptions,
  FitOptions,
  PredictOptions,
} from './nn/models/fit.ts';
export { type LayerMaker, modelFromJSON } from './nn/models/from-json.ts';
export { type InputOptions, input } from './nn/models/input.ts';
export { functional, Model, sequential } from './nn/models/model.ts';
export { Module } from './nn/module.ts';
export { readSafetensors, writeSafetensors } from './nn/safetensors.ts';
export { setRandomSeed } from './nn/seed.ts';
export type { StateDict } from './nn/state.ts';
