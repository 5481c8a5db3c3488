// Recurrent layers: one cell applied along the time axis, by `scan`, so that a compiled step holds the cell once however long the sequence.
import {
  ArgumentError,
  concat,
  type Generator,
  OptionError,
  ones,
  type Shape,
  ShapeError,
  scan,
  type Tensor,
  type Variable,
  where,
  zeros,
} from '../../index.ts';
import { checkCount, checkNumber } from '../../optim/checks.ts';
import { type ActivationFunction, type ActivationLike, activation } from '../activations.ts';
import { type InitialiserLike, initialiser } from '../initialisers.ts';
import { type CallOptions, Layer, type LayerOptions } from '../layer.ts';
import { nextGenerator } from '../seed.ts';

export interface RecurrentOptions extends LayerOptions {
  /** Default `tanh`. */
  readonly activation?: ActivationLike;
  /** Default true. */
  readonly useBias?: boolean;
  /** The results of all steps, [batch, time, units], instead of the last, [batch, units]. Default false. */
  readonly returnSequences?: boolean;
  /** The result is `[result, ...state]`. Default false. */
  readonly returnState?: boolean;
  /** From the last step to the first; with `returnSequences` the results are in that order. Default false. */
  readonly backwards?: boolean;
  /** While training, each feature of the input is 0 with this probability, in all steps of a sequence alike, and otherwise divided by `1 - dropout`. Default 0. */
  readonly dropout?: number;
  /** The same of the state, where it meets the recurrent kernel (Gal and Ghahramani 2016). Default 0. */
  readonly recurrentDropout?: number;
  /** Default `glorotUniform`. */
  readonly kernelInitialiser?: InitialiserLike;
  /** Default `orthogonal`. */
  readonly recurrentInitialiser?: InitialiserLike;
  /** Default `zeros`. */
  readonly biasInitialiser?: InitialiserLike;
}

export interface RecurrentCallOptions extends CallOptions {
  /** The state before the first step, [batch, units] each; default zeros. */
  readonly initialState?: readonly Tensor[];
  /** bool [batch, time]: a step where it is false keeps the state, and its result is that of the step before it. Default: every step counts. */
  readonly mask?: Tensor;
}

const common = [
  'activation',
  'useBias',
  'returnSequences',
  'returnState',
  'backwards',
  'dropout',
  'recurrentDropout',
  'kernelInitialiser',
  'recurrentInitialiser',
  'biasInitialiser',
] as const;

// Options of Keras that are something else here.
const otherwise: Readonly<Record<string, string>> = {
  stateful:
    'hand the state on from call to call: { returnState: true } gives [result, ...state], which the next call takes as { initialState: state }',
  goBackwards: 'it is called backwards',
  timeMajor: 'transpose the input: x.transpose([1, 0, 2])',
};

function refuseKerasNames(options: object, where: string): void {
  for (const [name, way] of Object.entries(otherwise))
    if (typeof options === 'object' && options !== null && Object.hasOwn(options, name))
      throw new OptionError(`${where}: there is no option '${name}'; ${way}`);
}

/** Base of the recurrent layers: a subclass says how many gates and states there are, and what one step does. */
export abstract class Recurrent extends Layer {
  protected override readonly callOptions: readonly string[] = ['training', 'initialState', 'mask'];
  readonly units: number;
  declare kernel: Variable;
  declare recurrentKernel: Variable;
  declare bias: Variable | null;
  protected readonly activation: ActivationFunction;
  readonly #gates: number;
  readonly #states: number;
  readonly #options: RecurrentOptions;
  readonly #dropout: number;
  readonly #recurrentDropout: number;
  #random: Generator | undefined;

  protected constructor(
    units: number,
    options: RecurrentOptions,
    own: readonly string[],
    gates: number,
    states: number,
  ) {
    refuseKerasNames(options, new.target.name);
    super(options, [...common, ...own], { units, ...options });
    this.units = checkCount(units, 'units', this.where);
    this.activation = activation(options.activation ?? 'tanh', this.where);
    this.#gates = gates;
    this.#states = states;
    this.#options = options;
    const limits = { min: 0, below: 1 };
    this.#dropout = checkNumber(options.dropout ?? 0, 'dropout', this.where, limits);
    this.#recurrentDropout = checkNumber(
      options.recurrentDropout ?? 0,
      'recurrentDropout',
      this.where,
      limits,
    );
  }

  /** The shape of the bias. */
  protected biasShape(): Shape {
    return [this.#gates * this.units];
  }
  /** What the bias begins with, of what `biasInitialiser` gave. */
  protected startOfBias(drawn: Tensor): Tensor {
    return drawn;
  }

  protected override build(shape: Shape): void {
    const {
      kernelInitialiser = 'glorotUniform',
      recurrentInitialiser = 'orthogonal',
      biasInitialiser = 'zeros',
      useBias = true,
    } = this.#options;
    const width = this.#gates * this.units;
    if (this.#dropout > 0 || this.#recurrentDropout > 0) this.#random = nextGenerator();
    this.kernel = this.weight('kernel', [shape.at(-1)!, width], kernelInitialiser);
    this.recurrentKernel = this.weight('recurrentKernel', [this.units, width], recurrentInitialiser);
    const drawn = initialiser(biasInitialiser, this.where);
    this.bias = useBias
      ? this.weight('bias', this.biasShape(), (size, key) => this.startOfBias(drawn(size, key)))
      : null;
  }

  /** What each step adds to its input's product with the kernel. */
  protected inputBias(): Tensor | null {
    return this.bias;
  }
  /**
   * The state after a step; its first tensor is the result. `given` is the step's part of the input, [batch, gates * units]; `seen` what dropout leaves of the first state where
   * it meets the recurrent kernel.
   */
  protected abstract step(state: readonly Tensor[], given: Tensor, seen: Tensor): readonly Tensor[];

  override forward(x: Tensor, options: RecurrentCallOptions = {}): Tensor {
    this.checkInput(x, 3);
    if (x.ndim !== 3)
      throw new ShapeError(`${this.where}: takes [batch, time, features], got ${x.dtype}[${x.type.shape}]`);
    this.ensureBuilt(x.type.shape);
    this.checkFeatures(x, this.kernel.shape[0]!);
    const { returnSequences = false, returnState = false, backwards = false } = this.#options;
    const start = this.#start(x.type.shape[0]!, options.initialState);
    // The products with the input need no step before them, and are one large product.
    const bias = this.inputBias();
    const inputs = this.#kept(this.#dropout, () => x.slice(null, 0));
    const seen = this.#kept(this.#recurrentDropout, () => start[0]!);
    const products = (inputs === null ? x : x.mul(inputs.expandDims(1))).matmul(this.kernel);
    const given = (bias === null ? products : products.add(bias)).transpose([1, 0, 2]);
    const inOrder = (steps: Tensor): Tensor => (backwards ? steps.flip(0) : steps);
    const counts = options.mask === undefined ? [] : [inOrder(this.#stepsThatCount(options.mask, x))];
    const [state, results] = scan(
      (carry: readonly Tensor[], [now, counted]: readonly Tensor[]) => {
        const [h] = carry as readonly [Tensor];
        const stepped = this.step(carry, now!, seen === null ? h : h.mul(seen));
        const next =
          counted === undefined ? stepped : stepped.map((after, i) => counted.where(after, carry[i]!));
        return [next, next[0]!] as const;
      },
      start,
      [inOrder(given), ...counts],
    );
    const result = returnSequences ? results.transpose([1, 0, 2]) : state[0]!;
    // With `returnState` a list; the type is that of most calls.
    return (returnState ? [result, ...state] : result) as Tensor;
  }

  /** Factors for what dropout keeps, of the shape of `like`, one drawing for all steps; null where nothing is dropped. */
  #kept(rate: number, like: () => Tensor): Tensor | null {
    if (!this.training || rate === 0) return null;
    return where(this.#random!.bernoulli(like(), 1 - rate), 1 / (1 - rate), 0);
  }

  /** The mask as [time, batch, 1]. */
  #stepsThatCount(mask: Tensor, x: Tensor): Tensor {
    const [batch, time] = x.type.shape as [number, number];
    if (mask?.dtype !== 'bool' || mask.shape.join() !== `${batch},${time}`)
      throw new ShapeError(
        `${this.where}: mask must be bool[${batch},${time}], one for each step of ${x.dtype}[${x.type.shape}], got ${mask?.dtype}[${mask?.shape}]`,
      );
    return mask.transpose([1, 0]).expandDims(-1);
  }

  #start(batch: number, given: readonly Tensor[] | undefined): readonly Tensor[] {
    const shape = [batch, this.units];
    if (given === undefined) return Array.from({ length: this.#states }, () => zeros(shape));
    if (!Array.isArray(given) || given.length !== this.#states)
      throw new ArgumentError(
        `${this.where}: initialState must be a list of ${this.#states} tensor${this.#states === 1 ? '' : 's'} [batch, ${this.units}]`,
      );
    for (const t of given)
      if (t?.shape?.join() !== shape.join())
        throw new ShapeError(`${this.where}: initialState must be [${shape}], got [${t?.shape}]`);
    return given;
  }

  /** The n-th part of the gates. */
  protected gate(x: Tensor, n: number): Tensor {
    return x.slice(null, [n * this.units, (n + 1) * this.units]);
  }
}

/** `h = activation(x · kernel + h · recurrentKernel + bias)` (Elman 1990). */
export class SimpleRNN extends Recurrent {
  constructor(units: number, options: RecurrentOptions = {}) {
    super(units, options, [], 1, 1);
  }
  protected override step(_state: readonly Tensor[], given: Tensor, seen: Tensor): readonly Tensor[] {
    return [this.activation(given.add(seen.matmul(this.recurrentKernel)))];
  }
}

export interface LSTMOptions extends RecurrentOptions {
  /** Of the gates. Default `sigmoid`. */
  readonly recurrentActivation?: ActivationLike;
  /** The bias of the forget gate begins at 1 (Jozefowicz et al. 2015). Default true. */
  readonly unitForgetBias?: boolean;
}

/**
 * Long short-term memory (Hochreiter and Schmidhuber 1997, with Gers's forget gate): `c = f c + i g, h = o activation(c)`. The gates stand in the
 * kernels in Keras's order i, f, g, o; the state is [h, c].
 *
 *     new LSTM(32, { returnSequences: true })(x)   // [batch, time, 32]
 */
export class LSTM extends Recurrent {
  readonly #gate: ActivationFunction;
  readonly #forget: boolean;
  constructor(units: number, options: LSTMOptions = {}) {
    super(units, options, ['recurrentActivation', 'unitForgetBias'], 4, 2);
    this.#gate = activation(options.recurrentActivation ?? 'sigmoid', this.where);
    this.#forget = options.unitForgetBias ?? true;
  }
  protected override startOfBias(drawn: Tensor): Tensor {
    if (!this.#forget) return drawn;
    const n = this.units;
    return concat([drawn.slice([0, n]), ones([n]), drawn.slice([2 * n, 4 * n])]);
  }
  protected override step([, c]: readonly [Tensor, Tensor], given: Tensor, seen: Tensor): readonly Tensor[] {
    const z = given.add(seen.matmul(this.recurrentKernel));
    const [input, forget, output] = [0, 1, 3].map((n) => this.#gate(this.gate(z, n))) as [
      Tensor,
      Tensor,
      Tensor,
    ];
    const cell = forget.mul(c).add(input.mul(this.activation(this.gate(z, 2))));
    return [output.mul(this.activation(cell)), cell];
  }
}

export interface GRUOptions extends RecurrentOptions {
  /** Of the gates. Default `sigmoid`. */
  readonly recurrentActivation?: ActivationLike;
  /** The reset gate is applied after the product with the recurrent kernel, which has a bias of its own. Default true, as in Keras. */
  readonly resetAfter?: boolean;
}

/**
 * Gated recurrent unit (Cho et al. 2014): `h = z h + (1 - z) g`. The gates stand in the kernels in Keras's order z, r, g.
 *
 *     new GRU(32)(x)   // [batch, 32]
 */
export class GRU extends Recurrent {
  readonly #gate: ActivationFunction;
  readonly #after: boolean;
  constructor(units: number, options: GRUOptions = {}) {
    super(units, options, ['recurrentActivation', 'resetAfter'], 3, 1);
    this.#gate = activation(options.recurrentActivation ?? 'sigmoid', this.where);
    this.#after = options.resetAfter ?? true;
  }
  protected override biasShape(): Shape {
    return this.#after ? [2, 3 * this.units] : [3 * this.units];
  }
  protected override inputBias(): Tensor | null {
    return this.bias === null ? null : this.#after ? this.bias.slice(0) : this.bias;
  }
  protected override step([h]: readonly [Tensor], given: Tensor, seen: Tensor): readonly Tensor[] {
    const [z, candidate] = this.#after ? this.#resetAfter(seen, given) : this.#resetBefore(seen, given);
    return [z.mul(h).add(z.neg().add(1).mul(candidate))];
  }
  #resetAfter(h: Tensor, given: Tensor): readonly [Tensor, Tensor] {
    const product = h.matmul(this.recurrentKernel);
    const inner = this.bias === null ? product : product.add(this.bias.slice(1));
    const [z, r] = [0, 1].map((n) => this.#gate(this.gate(given, n).add(this.gate(inner, n)))) as [
      Tensor,
      Tensor,
    ];
    return [z, this.activation(this.gate(given, 2).add(r.mul(this.gate(inner, 2))))];
  }
  #resetBefore(h: Tensor, given: Tensor): readonly [Tensor, Tensor] {
    const kernel = this.recurrentKernel;
    const inner = h.matmul(kernel.slice(null, [0, 2 * this.units]));
    const [z, r] = [0, 1].map((n) => this.#gate(this.gate(given, n).add(this.gate(inner, n)))) as [
      Tensor,
      Tensor,
    ];
    return [z, this.activation(this.gate(given, 2).add(r.mul(h).matmul(this.gate(kernel, 2))))];
  }
}
