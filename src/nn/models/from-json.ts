// Models from JSON: nothing in it is believed before it has been checked.
import * as library from '../../index.ts';
import { ArgumentError, type DType, overridableName, tensor } from '../../index.ts';
import type { LayerConfig } from '../layer.ts';
import { MultiHeadAttention, type MultiHeadAttentionOptions } from '../layers/attention.ts';
import { Conv1D, Conv2D } from '../layers/convolution.ts';
import { Activation, Add, Concatenate, Dropout, Flatten, Reshape } from '../layers/core.ts';
import { Dense } from '../layers/dense.ts';
import { Embedding } from '../layers/embedding.ts';
import { BatchNorm, LayerNorm } from '../layers/normalisation.ts';
import {
  AvgPool1D,
  AvgPool2D,
  GlobalAvgPool,
  GlobalMaxPool,
  MaxPool1D,
  MaxPool2D,
} from '../layers/pooling.ts';
import { GRU, LSTM, SimpleRNN } from '../layers/recurrent.ts';
import { Module } from '../module.ts';
import { isPlainObject } from '../plain.ts';
import { hasSymbolic, type Symbolic, symbolicIn, unknownSize } from '../symbolic.ts';
import type { SymbolicTree } from './graph.ts';
import { input } from './input.ts';
import { functional, type Model } from './model.ts';
import { format, version } from './structure.ts';

/** Makes a layer from the options it was made with. */
export type LayerMaker = (config: LayerConfig) => Module;

/** A maker for a layer whose constructor takes these options first, each by itself. */
function from(LayerClass: new (...args: never[]) => Module, ...leading: readonly string[]): LayerMaker {
  return (config) => {
    const rest = Object.fromEntries(Object.entries(config).filter(([key]) => !leading.includes(key)));
    return new LayerClass(...([...leading.map((key) => config[key]), rest] as never[]));
  };
}

const makers: Readonly<Record<string, LayerMaker>> = {
  Activation: from(Activation, 'activation'),
  Add: from(Add),
  BatchNorm: from(BatchNorm),
  AvgPool1D: from(AvgPool1D),
  AvgPool2D: from(AvgPool2D),
  Concatenate: from(Concatenate),
  Conv1D: from(Conv1D, 'filters', 'kernelSize'),
  Conv2D: from(Conv2D, 'filters', 'kernelSize'),
  GlobalAvgPool: from(GlobalAvgPool),
  GlobalMaxPool: from(GlobalMaxPool),
  MaxPool1D: from(MaxPool1D),
  MaxPool2D: from(MaxPool2D),
  Dense: from(Dense, 'units'),
  Dropout: from(Dropout, 'rate'),
  Embedding: from(Embedding, 'inputs', 'units'),
  Flatten: from(Flatten),
  GRU: from(GRU, 'units'),
  LSTM: from(LSTM, 'units'),
  SimpleRNN: from(SimpleRNN, 'units'),
  LayerNorm: from(LayerNorm),
  MultiHeadAttention: (config) => new MultiHeadAttention(config as unknown as MultiHeadAttentionOptions),
  Reshape: from(Reshape, 'shape'),
};

const functions: ReadonlyMap<unknown, unknown> = new Map(Object.entries(library));

const where = 'modelFromJSON';

/**
 * The model whose structure `JSON.stringify(model)` wrote, with new weights; load those with `loadSafetensors`. Text, or what it was parsed to.
 * `classes` makes layers of the program's own by the names of their classes. Throws an ArgumentError that names what is wrong with the JSON.
 *
 *     const copy = modelFromJSON(JSON.stringify(model)).loadSafetensors(model.toSafetensors());
 */
export function modelFromJSON(
  json: unknown,
  options: { readonly classes?: Readonly<Record<string, LayerMaker>> } = {},
): Model {
  const structure = object(typeof json === 'string' ? parsed(json) : json, 'the model');
  if (structure.format !== format || structure.version !== version)
    throw refused(
      `expected format ${format}, version ${version}, got ${JSON.stringify(structure.format)}, ${JSON.stringify(structure.version)}`,
    );
  const given = list(structure.given, 'given').map((entry, i) => inputFrom(entry, i));
  const layers = new Map(
    Object.entries(object(structure.layers, 'layers')).map(([name, entry]) => [
      name,
      layerFrom(name, entry, options.classes ?? {}),
    ]),
  );
  const made: (readonly Symbolic[])[] = [];
  const decode = (value: unknown): unknown => decoded(value, given, made);
  list(structure.applications, 'applications').forEach((entry, i) => {
    const { layer, function: name, args: encodedArgs } = object(entry, `application ${i}`);
    const args = list(encodedArgs, `the arguments of application ${i}`).map(decode);
    const results =
      layer === undefined ? applied(name, args, i) : called(layers.get(String(layer)), layer, args);
    made.push(symbolicIn(results));
  });
  const name = structure.name;
  return functional(
    decode(structure.inputs) as SymbolicTree,
    decode(structure.outputs) as SymbolicTree,
    typeof name === 'string' && name !== 'model' ? { name } : {},
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw refused(`the text is no JSON: ${(error as Error).message}`);
  }
}

function inputFrom(entry: unknown, i: number): Symbolic {
  const { shape, dtype, name } = object(entry, `input ${i}`);
  const sizes = list(shape, `the shape of input ${i}`).map((n) => (n === unknownSize ? null : (n as number)));
  return input(sizes, {
    dtype: dtype as DType,
    ...(name !== undefined && { name: name as string }),
  }) as Symbolic;
}

function layerFrom(name: string, entry: unknown, classes: Readonly<Record<string, LayerMaker>>): Module {
  const { class: own, config } = object(entry, `layer '${name}'`);
  if (own === 'Model') return modelFromJSON(config, { classes });
  const key = String(own);
  const maker = Object.hasOwn(classes, key)
    ? classes[key]
    : Object.hasOwn(makers, key)
      ? makers[key]
      : undefined;
  if (maker === undefined)
    throw refused(
      `layer '${name}' is of the unknown class ${JSON.stringify(own)}; give a maker: modelFromJSON(json, { classes: { ${key}: (config) => … } })`,
    );
  const options = decoded(config, [], []) as LayerConfig;
  const layer = maker(object(options, `the options of layer '${name}'`));
  if (!(layer instanceof Module)) throw refused(`the maker of ${key} gave no layer`);
  return layer;
}

function called(layer: Module | undefined, name: unknown, args: readonly unknown[]): unknown {
  if (layer === undefined) throw refused(`there is no layer ${JSON.stringify(name)}`);
  return layer.invoke(args);
}

// Only functions that symbolic tensors are remembered to have been given to.
function applied(name: unknown, args: readonly unknown[], i: number): unknown {
  const f = functions.get(name);
  if (overridableName(f) !== name || !hasSymbolic(args))
    throw refused(`application ${i} is of no function of tensors: ${JSON.stringify(name)}`);
  return (f as (...given: readonly unknown[]) => unknown)(...args);
}

function decoded(
  value: unknown,
  given: readonly Symbolic[],
  made: readonly (readonly Symbolic[])[],
): unknown {
  if (Array.isArray(value)) return value.map((item) => decoded(item, given, made));
  if (!isPlainObject(value)) return value;
  if (value.missing === true) return undefined;
  if (typeof value.number === 'string') return Number(value.number);
  if ('tensor' in value)
    return tensor(value.tensor as number[], { dtype: value.dtype as DType, shape: value.shape as number[] });
  if ('input' in value) return found(given[value.input as number], value);
  if ('of' in value) return found(made[value.of as number]?.[value.result as number], value);
  return Object.fromEntries(
    Object.entries(object(value.object, 'a value')).map(([key, item]) => [key, decoded(item, given, made)]),
  );
}

function found(x: Symbolic | undefined, value: object): Symbolic {
  if (x === undefined) throw refused(`${JSON.stringify(value)} stands for nothing made before`);
  return x;
}

function object(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (!isPlainObject(value) || Object.hasOwn(value, '__proto__')) throw refused(`${what} must be an object`);
  return value;
}

function list(value: unknown, what: string): readonly unknown[] {
  if (!Array.isArray(value)) throw refused(`${what} must be a list`);
  return value;
}

function refused(what: string): ArgumentError {
  return new ArgumentError(`${where}: ${what}`);
}
