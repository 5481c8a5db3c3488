// Layer: a module with weights of its own, made at the first call from the shape of what it is given.
import {
  ArgumentError,
  alongside,
  eagerly,
  type Shape,
  ShapeError,
  type Tensor,
  type Variable,
  variable,
} from '../index.ts';
import { checkFlag, checkOptions } from '../util/options.ts';
import { type InitialiserLike, initialiser } from './initialisers.ts';
import { withTraining } from './mode.ts';
import { Module } from './module.ts';
import { isPlainObject } from './plain.ts';
import { nextKey } from './seed.ts';

/** What every layer takes. */
export interface LayerOptions {
  /** In errors, summaries and state dictionaries of models; default the class's, in lower case and numbered where a model has several. */
  readonly name?: string;
}

/** What a call of a layer or model may say. */
export interface CallOptions {
  /** For training: dropout drops, normalisation uses the batch. Default what the call around it says, else what `train()` and `eval()` set. */
  readonly training?: boolean;
}

/** Options a layer was made with, as they can be written down. */
export type LayerConfig = Readonly<Record<string, unknown>>;

// Options that are true or false, of whichever layer: anything else would count as true.
const flags = [
  'useBias',
  'center',
  'scale',
  'returnSequences',
  'returnState',
  'backwards',
  'unitForgetBias',
  'resetAfter',
] as const;

export abstract class Layer extends Module {
  /** What the user gave, or the class's in lower case. */
  override readonly name: string;
  /** The options it was made with. */
  readonly config: LayerConfig;
  /** What the last argument of a call may say, where it is a plain object; null where it is an argument like others. */
  protected readonly callOptions: readonly string[] | null = ['training'];
  #built = false;

  constructor(
    options: LayerOptions,
    allowed: readonly string[],
    config: LayerConfig = { ...options },
    training = true,
  ) {
    super(training);
    checkOptions(options, [...allowed, 'name'], this.constructor.name);
    for (const flag of flags)
      checkFlag((options as Readonly<Record<string, unknown>>)[flag], flag, this.constructor.name);
    if (options.name !== undefined && (typeof options.name !== 'string' || options.name === ''))
      throw new ArgumentError(`${this.constructor.name}: name must be a string`);
    this.name = options.name ?? lowerFirst(this.constructor.name);
    this.config = config;
  }

  /** Makes the weights for inputs of these shapes. */
  protected abstract build(...shapes: readonly Shape[]): void;

  /** Has it its weights? */
  get built(): boolean {
    return this.#built;
  }

  /** @internal */
  override attributes(): readonly (readonly [string, unknown])[] {
    return super.attributes().filter(([key]) => key !== 'config' && key !== 'callOptions');
  }

  /** @internal A call: weights are made before the first. */
  override invoke(args: readonly unknown[]): unknown {
    const last = args.length > 1 ? args.at(-1) : undefined;
    if (this.callOptions !== null && typeof last === 'boolean')
      throw new ArgumentError(
        `${this.where}: options of a call go by their names: layer(x, { training: ${last} })`,
      );
    const options = this.callOptions !== null && isPlainObject(last) ? (last as CallOptions) : undefined;
    if (options !== undefined) checkCallOptions(options, this.callOptions!, this.where);
    return withTraining(options?.training, () => alongside(args, () => super.invoke(args)));
  }

  /** Makes the weights now, for inputs of these shapes, instead of at the first call. */
  ensureBuilt(...shapes: readonly Shape[]): void {
    if (this.#built) return;
    eagerly(() => this.build(...shapes));
    this.#built = true;
  }

  /** A new variable. */
  protected weight(name: string, shape: Shape, initial: InitialiserLike, trainable = true): Variable {
    const value = initialiser(initial, this.where)(shape, nextKey());
    return variable(value, { name: `${this.name}.${name}`, trainable });
  }

  /** How messages name it: `Dense`, or `Dense 'head'`. */
  protected get where(): string {
    return this.config.name === undefined ? this.constructor.name : `${this.constructor.name} '${this.name}'`;
  }

  /** The tensor, unless it is none or has fewer axes than that. */
  protected checkInput(x: Tensor, rank = 1): Tensor {
    if (!Array.isArray(x?.shape))
      throw new ArgumentError(`${this.where}: expected a tensor, got ${x === null ? 'null' : typeof x}`);
    if (x.ndim < rank)
      throw new ShapeError(
        `${this.where}: expected at least ${rank} axes, the first for the batch, got ${x.dtype}[${x.type.shape}]`,
      );
    return x;
  }

  /** Throws a ShapeError unless the axis, by default the last, has the size that the weights were made for. */
  protected checkFeatures(x: Tensor, size: number, axis = -1): void {
    if (x.type.shape.at(axis) !== size)
      throw new ShapeError(
        `${this.where}: was built for inputs of size ${size} along ${axis === -1 ? 'the last axis' : `axis ${axis}`}, got ${x.dtype}[${x.type.shape}]; reshape the input, or make another layer for it`,
      );
  }

  protected override describe(): string {
    const options = Object.entries(this.config).map(([key, value]) => `${key}: ${showOption(value)}`);
    return options.length === 0
      ? this.constructor.name
      : `${this.constructor.name}({ ${options.join(', ')} })`;
  }
}

/** The options of a call, checked. */
export function checkCallOptions(options: CallOptions, allowed: readonly string[], where: string): void {
  checkOptions(options, allowed, where);
  if (options.training !== undefined && typeof options.training !== 'boolean')
    throw new ArgumentError(
      `${where}: training must be true or false, got ${typeof options.training}; give a jitted function a boolean, not a tensor or a number: booleans stay what they are`,
    );
}

export function lowerFirst(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}

function showOption(value: unknown): string {
  if (typeof value === 'function') return value.name === '' ? 'a function' : value.name;
  return JSON.stringify(value) ?? String(value);
}
