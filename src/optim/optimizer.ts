// Optimizer: one update rule with two faces, stateful (Keras's applyGradients, PyTorch's step) and functional (init, update).
import {
  ArgumentError,
  DTypeError,
  eagerly,
  full,
  noGrad,
  OptionError,
  ShapeError,
  Tensor,
  tensor,
  tree,
  Variable,
  variable,
  zeros,
} from '../index.ts';
import { checkOptions } from '../util/options.ts';
import { checkNumber, show } from './checks.ts';
import { clipByGlobalNorm, clipByNorm, clipByValue } from './clip.ts';
import type { Rule, Slots } from './rule.ts';
import { rateAt, type Schedule } from './schedules.ts';

/** What every optimizer takes. */
export interface OptimizerOptions {
  /** The learning rate, or a schedule. */
  readonly lr?: number | Schedule;
  /** Clips each element of the gradients to this size. */
  readonly clipValue?: number;
  /** Clips the norm of each gradient. */
  readonly clipNorm?: number;
  /** Clips the norm of all gradients together. */
  readonly globalClipNorm?: number;
}

const commonOptions: readonly (keyof OptimizerOptions)[] = ['lr', 'clipValue', 'clipNorm', 'globalClipNorm'];

/** Whatever knows its parameters: those of the moment are asked for, so that layers may make theirs later. */
interface Network {
  parameters(): Iterable<Variable>;
}

/** What `step()` and `zeroGrad()` work on: variables, or a network. */
export type Parameters = Iterable<Variable> | Network;

/** The state of the functional face: plain data. */
export interface OptimizerState<P> {
  /** How many steps were made, an int32 scalar. */
  readonly step: Tensor;
  /** By name of the slot, in the structure of the parameters. */
  readonly slots: Readonly<Record<string, P>>;
}

/**
 * Base of all optimizers. The learning rate and everything remembered are variables, so that a jitted step keeps them in place.
 * `applyGradients` takes pairs of gradient and variable; `init` and `update` work on trees of tensors and leave nothing behind.
 */
export abstract class Optimizer {
  /** How many steps were made, an int32 scalar. */
  readonly iterations: Variable;
  readonly #rule: Rule;
  readonly #options: OptimizerOptions;
  readonly #rate: Variable | Schedule;
  readonly #parameters: readonly Variable[] | Network | undefined;
  readonly #slots = new Map<Variable, Readonly<Record<string, Variable>>>();
  #warned = false;

  protected constructor(
    rule: Rule,
    options: OptimizerOptions,
    defaultRate: number,
    own: readonly string[],
    parameters: Parameters | undefined,
  ) {
    checkOptions(options, [...commonOptions, ...own], this.constructor.name);
    const { lr = defaultRate } = options;
    for (const key of ['clipValue', 'clipNorm', 'globalClipNorm'] as const)
      if (options[key] !== undefined) checkNumber(options[key], key, this.constructor.name, { above: 0 });
    if (typeof lr !== 'function') checkNumber(lr, 'lr', this.constructor.name, { min: 0 });
    this.#rule = rule;
    this.#options = options;
    this.#parameters =
      parameters === undefined ? undefined : checkedParameters(parameters, this.constructor.name);
    const trainable = false;
    this.#rate =
      typeof lr === 'function'
        ? lr
        : eagerly(() => variable(tensor(lr), { name: 'learning rate', trainable }));
    this.iterations = eagerly(() => variable(zeros([], 'int32'), { name: 'iterations', trainable }));
  }

  /** The learning rate of the next step. It can be set, also between the calls of a compiled step, unless there is a schedule. */
  get lr(): number {
    return this.#rateAt(this.iterations).item();
  }
  set lr(rate: number | Tensor) {
    if (typeof this.#rate === 'function')
      throw new OptionError(
        `${this.constructor.name}: the learning rate follows a schedule and cannot be set`,
      );
    if (typeof rate === 'number') checkNumber(rate, 'lr', this.constructor.name, { min: 0 });
    this.#rate.assign(rate);
  }

  /**
   * One step: every variable moves by its gradient. A null gradient leaves its variable as it is, with a warning, as in Keras.
   * Throws an ArgumentError for what are no pairs, for a variable met twice and where no pair has a gradient, a ShapeError for a gradient of another shape.
   *
   *     opt.applyGradients(gradients.map((g, i) => [g, weights[i]]));
   */
  applyGradients(pairs: Iterable<readonly [Tensor | null, Variable]>): void {
    const name = this.constructor.name;
    if (typeof pairs?.[Symbol.iterator] !== 'function')
      throw new ArgumentError(
        `${name}.applyGradients: expected pairs [gradient, variable], got ${show(pairs)}`,
      );
    const all = [...pairs];
    const known = new Set<Variable>();
    const missing: string[] = [];
    const given: [Tensor, Variable][] = [];
    for (const pair of all) {
      if (!Array.isArray(pair) || pair.length !== 2 || typeof pair[1]?.assign !== 'function')
        throw new ArgumentError(`${name}.applyGradients: expected pairs [gradient, variable]`);
      const [gradient, target] = pair as [Tensor | null, Variable];
      if (known.has(target))
        throw new ArgumentError(`${name}.applyGradients: variable '${target.name}' is in two pairs`);
      known.add(target);
      if (gradient === null || gradient === undefined) missing.push(target.name);
      else given.push([checkGradient(gradient, target, name), target]);
    }
    if (given.length === 0)
      throw new ArgumentError(
        `${name}.applyGradients: ${all.length === 0 ? 'there are no pairs' : `no gradient for any of ${missing.join(', ')}; does the loss depend on them?`}`,
      );
    if (missing.length > 0 && !this.#warned) {
      this.#warned = true;
      console.warn(`${name}.applyGradients: no gradient for ${missing.join(', ')}; they stay as they are`);
    }
    // What is computed here is no part of any loss.
    noGrad(() => this.#apply(given));
  }

  #apply(given: readonly (readonly [Tensor, Variable])[]): void {
    const targets = given.map(([, target]) => target);
    const slots = targets.map((target) => this.#slotsOf(target));
    const stepped = this.#advance(
      targets.map((t) => t.value()),
      given.map(([g]) => g),
      slots,
      this.iterations,
    );
    stepped.forEach(([next, nextSlots], i) => {
      targets[i]!.assign(next);
      for (const [key, value] of Object.entries(nextSlots)) slots[i]![key]!.assign(value);
    });
    this.iterations.assignAdd(1);
  }

  /** PyTorch's face: one step by the gradients that backward passes have left in the parameters; those that have none stay as they are. */
  step(): void {
    const pairs = this.#targets('step').flatMap((p): [Tensor, Variable][] =>
      p.grad === null ? [] : [[p.grad, p]],
    );
    if (pairs.length === 0)
      throw new ArgumentError(
        `${this.constructor.name}.step: no parameter has a gradient; call loss.backward() before it`,
      );
    this.applyGradients(pairs);
  }
  /** Takes the gradients from all parameters, before the next backward pass adds to them. */
  zeroGrad(): void {
    for (const p of this.#targets('zeroGrad')) p.grad = null;
  }

  /** The variables that the optimizer remembers by: the number of steps, the learning rate, and the slots of each variable it has met. */
  get variables(): readonly Variable[] {
    const rate = typeof this.#rate === 'function' ? [] : [this.#rate];
    return [this.iterations, ...rate, ...[...this.#slots.values()].flatMap((slots) => Object.values(slots))];
  }

  /** The state of the functional face before the first step. */
  init<P>(params: P): OptimizerState<P> {
    const slots = Object.entries(this.#rule.slots).map(([name, initial]): [string, P] => [
      name,
      tree.map((p: Tensor) => full(p.shape, initial), params),
    ]);
    return { step: zeros([], 'int32'), slots: Object.fromEntries(slots) };
  }

  /**
   * One step of the functional face: parameters and state after it. Trees of one structure; nothing is assigned.
   *
   *     [params, state] = opt.update(gradients, state, params);
   */
  update<P>(gradients: unknown, state: OptimizerState<P>, params: P): [P, OptimizerState<P>] {
    const where = `${this.constructor.name}.update`;
    const { leaves, unflatten } = tree.flatten(params);
    // tree.map compares the structures.
    const given = tree.leaves(tree.map((_, g) => g, params, gradients)) as readonly Tensor[];
    const names = Object.keys(this.#rule.slots);
    const slots = leaves.map((): Record<string, Tensor> => ({}));
    for (const name of names) {
      const slot = state?.slots?.[name];
      if (slot === undefined)
        throw new ArgumentError(`${where}: the state has no '${name}'; begin with init(params)`);
      tree.leaves(tree.map((_, s) => s, params, slot)).forEach((s, i) => {
        slots[i]![name] = s as Tensor;
      });
    }
    const stepped = this.#advance(leaves as readonly Tensor[], given, slots, state.step);
    const next = unflatten(stepped.map(([p]) => p)) as P;
    const nextSlots = names.map((name): [string, P] => [
      name,
      unflatten(stepped.map(([, s]) => s[name])) as P,
    ]);
    return [next, { step: state.step.add(1), slots: Object.fromEntries(nextSlots) }];
  }

  #advance(
    params: readonly Tensor[],
    gradients: readonly Tensor[],
    slots: readonly Slots[],
    done: Tensor,
  ): readonly (readonly [Tensor, Slots])[] {
    const { clipValue, clipNorm, globalClipNorm } = this.#options;
    let clipped = gradients;
    if (clipValue !== undefined) clipped = clipByValue(clipped, clipValue);
    if (clipNorm !== undefined) clipped = clipByNorm(clipped, clipNorm);
    if (globalClipNorm !== undefined) clipped = clipByGlobalNorm(clipped, globalClipNorm);
    const step = { rate: this.#rateAt(done), count: done.add(1).cast('float32') };
    return params.map((p, i) => this.#rule.update(p, clipped[i]!, slots[i]!, step));
  }

  #rateAt(done: Tensor): Tensor {
    if (typeof this.#rate !== 'function') return this.#rate.value();
    return rateAt(this.#rate, done.cast('float32'), this.constructor.name);
  }

  #slotsOf(target: Variable): Readonly<Record<string, Variable>> {
    let slots = this.#slots.get(target);
    if (slots === undefined) {
      const made = Object.entries(this.#rule.slots).map(([name, initial]): [string, Variable] => [
        name,
        eagerly(() =>
          variable(full(target.shape, initial), { name: `${target.name}.${name}`, trainable: false }),
        ),
      ]);
      slots = Object.fromEntries(made);
      this.#slots.set(target, slots);
    }
    return slots;
  }

  // The parameters given to the constructor.
  #targets(method: string): readonly Variable[] {
    const where = `${this.constructor.name}.${method}`;
    if (this.#parameters === undefined)
      throw new ArgumentError(
        `${where}: the optimizer was given no parameters; make it with them: new ${this.constructor.name}({ lr }, net.parameters())`,
      );
    if (!('parameters' in this.#parameters)) return this.#parameters;
    const found = [...this.#parameters.parameters()];
    // The first step of a network that is built at its first call has nothing to clear.
    if (found.length === 0 && method !== 'zeroGrad')
      throw new ArgumentError(
        `${where}: the network has no parameters; layers make theirs at the first call, so call it once before`,
      );
    return found;
  }
}

function checkedParameters(given: Parameters, name: string): readonly Variable[] | Network {
  const isObject = (typeof given === 'object' || typeof given === 'function') && given !== null;
  if (isObject && typeof (given as Network).parameters === 'function') return given as Network;
  if (!isObject || typeof (given as Iterable<Variable>)[Symbol.iterator] !== 'function' || isTensor(given))
    throw new ArgumentError(
      `${name}: parameters must be a list of variables, or a network, got ${show(given)}`,
    );
  const list = [...(given as Iterable<Variable>)];
  if (list.length === 0)
    throw new ArgumentError(
      `${name}: the list of parameters is empty; layers make theirs at the first call, so call the network once, or give the network itself to the optimizer`,
    );
  list.forEach((p: unknown, i) => {
    if (!(p instanceof Variable))
      throw new ArgumentError(
        `${name}: parameters[${i}] is no variable but ${isTensor(p) ? `a tensor ${p.dtype}[${p.shape}], which nothing can change: variable(x)` : show(p)}`,
      );
    checkTrained(p, name);
    if (list.indexOf(p) !== i) throw new ArgumentError(`${name}: variable '${p.name}' is given twice`);
  });
  return list;
}

function isTensor(x: unknown): x is Tensor {
  return x instanceof Tensor;
}

function checkTrained(target: Variable, where: string): void {
  if (target.dtype !== 'float32')
    throw new DTypeError(
      `${where}: variable '${target.name}' is ${target.dtype}; gradients exist for float32 variables only`,
    );
}

function checkGradient(gradient: Tensor, target: Variable, name: string): Tensor {
  const where = `${name}.applyGradients: the gradient of variable '${target.name}'`;
  if (!Array.isArray(gradient.shape))
    throw new ArgumentError(`${where} must be a tensor, got ${show(gradient)}`);
  if (gradient.shape.join() !== target.shape.join())
    throw new ShapeError(`${where} has shape [${gradient.shape}], the variable [${target.shape}]`);
  checkTrained(target, `${name}.applyGradients`);
  if (gradient.dtype !== 'float32') throw new DTypeError(`${where} must be float32, got ${gradient.dtype}`);
  return gradient;
}
