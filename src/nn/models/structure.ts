// The structure of a model as plain data: its layers with their options, and what is applied to what.
import { ArgumentError, type Shape, Tensor, Variable } from '../../index.ts';
import { Layer } from '../layer.ts';
import type { Module } from '../module.ts';
import { isPlainObject } from '../plain.ts';
import { Symbolic, symbolicIn } from '../symbolic.ts';
import type { Graph } from './graph.ts';
import type { Model } from './model.ts';
import { uniqueNames } from './names.ts';

export const format = 'tracejit.model';
export const version = 1;

/** What `JSON.stringify(model)` writes. Values in `args`, `inputs` and `outputs` are JSON; `{ input }` and `{ of, result }` stand for symbolic tensors. */
export interface ModelStructure {
  readonly format: typeof format;
  readonly version: typeof version;
  readonly name: string;
  readonly given: readonly { readonly name?: string; readonly dtype: string; readonly shape: Shape }[];
  readonly layers: Readonly<Record<string, { readonly class: string; readonly config: unknown }>>;
  readonly applications: readonly (
    | { readonly layer: string; readonly args: readonly unknown[] }
    | { readonly function: string; readonly args: readonly unknown[] }
  )[];
  readonly inputs: unknown;
  readonly outputs: unknown;
}

export function structureOf(model: Model, graph: Graph): ModelStructure {
  const names = uniqueNames(model.layers, model.name);
  const nameOf = (module: Module): string => names[model.layers.indexOf(module)]!;
  const given = symbolicIn(graph.inputs);
  const places = new Map<Symbolic, object>(given.map((x, i) => [x, { input: i }]));
  graph.applications.forEach(({ results }, of) => {
    symbolicIn(results).forEach((x, result) => places.set(x, { of, result }));
  });
  const encode = (value: unknown, where: string): unknown => encoded(value, places, where);
  return {
    format,
    version,
    name: model.name,
    given: given.map(({ label, dtype, shape }) => ({
      ...(label !== undefined && { name: label }),
      dtype,
      shape: shape.slice(1),
    })),
    layers: Object.fromEntries(model.layers.map((layer, i) => [names[i], describe(layer, names[i]!)])),
    applications: graph.applications.map(({ what, args }) => {
      const name = what.kind === 'module' ? nameOf(what.module) : what.name;
      const list = args.map((arg) => encode(arg, name));
      return what.kind === 'module' ? { layer: name, args: list } : { function: name, args: list };
    }),
    inputs: encode(graph.inputs, 'inputs'),
    outputs: encode(graph.outputs, 'outputs'),
  };
}

function describe(layer: Module, name: string): { readonly class: string; readonly config: unknown } {
  if (!(layer instanceof Layer))
    throw new ArgumentError(
      `toJSON: '${name}' is a module of the program's own (${layer.constructor.name}), whose structure JSON cannot hold; save its weights instead`,
    );
  const own = layer.constructor.name;
  if (own === 'Model') return { class: own, config: layer.toJSON() };
  return { class: own, config: encoded(layer.config, new Map(), `the options of '${name}'`) };
}

function encoded(value: unknown, places: ReadonlyMap<Symbolic, object>, where: string): unknown {
  if (value === undefined) return { missing: true };
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : { number: String(value) };
  if (value instanceof Symbolic) return places.get(value);
  if (value instanceof Tensor && !(value instanceof Variable))
    return { tensor: [...value.data()], dtype: value.dtype, shape: value.shape };
  if (Array.isArray(value)) return value.map((item) => encoded(item, places, where));
  if (isPlainObject(value))
    return {
      object: Object.fromEntries(
        Object.entries(value)
          .filter(([, item]) => item !== undefined)
          .map(([key, item]) => [key, encoded(item, places, where)]),
      ),
    };
  throw new ArgumentError(
    `toJSON: ${where} hold${where.startsWith('the') ? '' : 's'} ${typeof value === 'function' ? 'a function' : 'a variable or instance'}, which JSON cannot; ${typeof value === 'function' ? "name it where there is a name, as in { activation: 'relu' }" : 'make it part of a layer'}`,
  );
}

/** The names of a model's outputs: of the layers that make them, or of their places. */
export function outputNames(model: Model): readonly string[] {
  const names = uniqueNames(model.layers, model.name);
  const used = new Set<string>();
  return symbolicIn(model.graph('compile').outputs).map(({ source }, i) => {
    const made =
      source?.what.kind === 'module' ? names[model.layers.indexOf(source.what.module)]! : undefined;
    const name = made === undefined || used.has(made) ? `output${i}` : made;
    used.add(name);
    return name;
  });
}
