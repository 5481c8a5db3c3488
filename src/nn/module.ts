// Module: a network as an object. Its layers and variables are found by walking its attributes, and it is called like a function.
import { ArgumentError, Setting, Variable } from '../index.ts';
import { Callable } from './callable.ts';
import { explicitTraining } from './mode.ts';
import { isPlainObject } from './plain.ts';
import { readSafetensors, writeSafetensors } from './safetensors.ts';
import { loadState, type StateDict } from './state.ts';
import { applySymbolically, hasSymbolic } from './symbolic.ts';

// The call signature of instances, from the `forward` of their class.
export interface Module {
  // biome-ignore lint/style/useShorthandFunctionType: an alias does not merge with a class
  (...args: Parameters<this['forward']>): ReturnType<this['forward']>;
}

/**
 * A network, PyTorch's way: layers are attributes, `forward` says how they are applied, and an instance is called like a function.
 * Attributes may be modules, variables, and arrays and plain objects of them.
 *
 *     class Net extends Module {
 *       l1 = new Dense(50, { activation: 'relu' });
 *       l2 = new Dense(10);
 *       forward(x: Tensor): Tensor { return this.l2(this.l1(x)); }
 *     }
 *     const net = new Net();
 *     net(x);
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: see the interface
export abstract class Module extends Callable {
  /** False freezes it: its variables are no parameters any more. */
  trainable = true;
  readonly #mode: Setting<boolean>;

  /** `training`: the mode it begins in. */
  constructor(training = true) {
    super();
    this.#mode = new Setting('training', training);
  }

  // biome-ignore lint/suspicious/noExplicitAny: the variance escape: subclasses take and return what they like
  abstract forward(...args: any[]): any;

  /** @internal */
  override invoke(args: readonly unknown[]): unknown {
    if (args.some(hasSymbolic))
      return applySymbolically({ kind: 'module', module: this }, (given) => this.invoke(given), args);
    if (typeof this.forward !== 'function')
      throw new ArgumentError(
        `${this.constructor.name} has no method forward(x), which says what a call computes: a module is a class with one`,
      );
    return this.forward(...args);
  }

  /** Training, as opposed to evaluating: what the call being made said with `{ training }`, or what `train()` and `eval()` set. Compiled functions follow it. */
  get training(): boolean {
    return explicitTraining() ?? this.#mode.value;
  }
  /** Sets the mode of this module and all in it. */
  train(mode = true): this {
    for (const [, module] of this.namedModules()) module.#mode.value = mode;
    return this;
  }
  /** `train(false)`: dropout does nothing, normalisation uses its moving statistics. */
  eval(): this {
    return this.train(false);
  }

  /** The trainable variables in the order of the attributes, each once. */
  parameters(): readonly Variable[] {
    return this.namedParameters().map(([, variable]) => variable);
  }
  /** The trainable variables with the paths to them, such as `l1.kernel`. */
  namedParameters(): readonly (readonly [string, Variable])[] {
    const frozen = new Set<Variable>();
    for (const [, module] of this.namedModules())
      if (!module.trainable) for (const [, variable] of module.namedVariables()) frozen.add(variable);
    return this.namedVariables().filter(([, v]) => v.trainable && !frozen.has(v));
  }
  /** All variables, those that are not trained (moving statistics) too. */
  namedVariables(): readonly (readonly [string, Variable])[] {
    const found = new Map<Variable, string>();
    walk(this, '', (path, x) => {
      if (x instanceof Variable && !found.has(x)) found.set(x, path);
    });
    return [...found].map(([variable, path]) => [path, variable]);
  }
  /** This module and all in it, with the paths to them; its own is empty. */
  namedModules(): readonly (readonly [string, Module])[] {
    const found: [string, Module][] = [['', this]];
    walk(this, '', (path, x) => {
      if (x instanceof Module) found.push([path, x]);
    });
    return found;
  }

  /** The values of all variables by their paths. */
  stateDict(): StateDict {
    return Object.fromEntries(this.namedVariables().map(([name, variable]) => [name, variable.value()]));
  }
  /**
   * Assigns values to all variables; nested arrays count as tensors. Throws an ArgumentError for names that are missing or too many, a ShapeError or DTypeError
   * for a value that does not fit, and has then changed nothing.
   */
  loadStateDict(values: Readonly<Record<string, unknown>>): this {
    loadState(this.namedVariables(), values, `${this.constructor.name}.loadStateDict`);
    return this;
  }
  /** The values of all variables as a file in the safetensors format. */
  toSafetensors(): Uint8Array {
    return writeSafetensors(this.stateDict());
  }
  /** `loadStateDict` from such a file. Throws an ArgumentError for bytes that are none. */
  loadSafetensors(bytes: Uint8Array): this {
    loadState(this.namedVariables(), readSafetensors(bytes), `${this.constructor.name}.loadSafetensors`);
    return this;
  }
  /** The values of all variables as nested arrays, which `loadStateDict` takes. */
  toJSON(): unknown {
    return Object.fromEntries(this.namedVariables().map(([name, variable]) => [name, variable.toArray()]));
  }

  /** @internal What is walked. */
  attributes(): readonly (readonly [string, unknown])[] {
    return Object.entries(this);
  }

  /** The class and what is in it, a line each. */
  override toString(): string {
    const children = this.namedModules().slice(1);
    if (children.length === 0) return this.describe();
    const lines = children.map(
      ([path, m]) => `${'  '.repeat(path.split('.').length)}${path}: ${m.describe()}`,
    );
    return [this.describe(), ...lines].join('\n');
  }
  /** One line about this module itself. */
  protected describe(): string {
    return this.constructor.name;
  }
}

// What `console.log` shows.
Object.defineProperty(Module.prototype, Symbol.for('nodejs.util.inspect.custom'), {
  value(this: Module): string {
    return this.toString();
  },
});

/** Visits modules and variables below `root`, each module once and before what is in it. */
function walk(root: Module, at: string, visit: (path: string, x: Module | Variable) => void): void {
  const met = new Set<unknown>([root]);
  const enter = (value: unknown, path: string): void => {
    if (value instanceof Variable) {
      visit(path, value);
      return;
    }
    const isModule = value instanceof Module;
    if (!isModule && !Array.isArray(value) && !isPlainObject(value)) return;
    if (met.has(value)) return;
    met.add(value);
    if (isModule) visit(path, value);
    inside(value, path);
  };
  const inside = (value: object, path: string): void => {
    const names = value instanceof Module ? value.attributes() : Object.entries(value);
    for (const [key, item] of names) enter(item, path === '' ? key : `${path}.${key}`);
  };
  inside(root, at);
}
