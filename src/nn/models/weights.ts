// What examples count in the loss: weights that the user gives for each, or for each class.
import { ArgumentError, OptionError, where as select, type Tensor, tensor, tree } from '../../index.ts';
import { checkNumber } from '../../optim/checks.ts';
import { takesWeights } from '../losses.ts';
import { isPlainObject } from '../plain.ts';
import type { FitOptions } from './fit.ts';
import type { Goal } from './goals.ts';

/** Factors by the numbers of classes: `{ 0: 1, 1: 20 }`. */
export type ClassWeight = Readonly<Record<number, number>>;

/** What the loss of each output is told. Throws where there are not as many weights as outputs, or where a loss knows none. */
export function weightsOfOutputs(
  each: readonly Tensor[] | null,
  goals: readonly Goal[],
  where: string,
): readonly ({ readonly sampleWeight: Tensor } | undefined)[] {
  if (each === null) return goals.map(() => undefined);
  if (each.length !== goals.length)
    throw new ArgumentError(
      `${where}: ${goals.length} output${goals.length === 1 ? '' : 's'}, but sampleWeight for ${each.length}; give a list with one tensor for each output`,
    );
  return each.map((sampleWeight, i) => {
    const { loss } = goals[i]!;
    if (!takesWeights(loss))
      throw new ArgumentError(
        `${where}: the loss ${i === 0 && goals.length === 1 ? '' : `of output ${i} `}takes no weights; write it as (yTrue, yPred, options) => … and hand options on, as in huber(yTrue, yPred, { ...options, delta: 2 })`,
      );
    return { sampleWeight };
  });
}

/** The weights of a batch by its classes; null where `fit` was given none. */
export function classWeights(
  { classWeight, sampleWeight }: FitOptions,
  where: string,
): ((y: unknown, weights: unknown) => Tensor) | null {
  if (classWeight === undefined) return null;
  if (!isPlainObject(classWeight))
    throw new OptionError(
      `${where}: classWeight must be an object of factors by class, such as { 0: 1, 1: 20 }`,
    );
  const both = new OptionError(`${where}: give sampleWeight or classWeight, not both`);
  if (sampleWeight !== undefined) throw both;
  const classes = Object.keys(classWeight).map((key) => {
    const n = Number(key);
    if (Number.isInteger(n) && n >= 0) return n;
    throw new OptionError(
      `${where}: classWeight has the key ${JSON.stringify(key)}, which is no number of a class`,
    );
  });
  const factors = new Array<number>(Math.max(-1, ...classes) + 1).fill(1);
  for (const n of classes) factors[n] = checkNumber(classWeight[n]!, `classWeight[${n}]`, where, { min: 0 });
  const known = tensor([...factors, 1]);
  return (y, weights) => {
    if (weights !== undefined) throw both;
    const truth = tree.leaves(y) as readonly Tensor[];
    if (truth.length !== 1)
      throw new OptionError(
        `${where}: classWeight is for one output, and there are ${truth.length}; use sampleWeight`,
      );
    const numbers = classesOf(truth[0]!, where);
    return known.gather(select(numbers.less(factors.length), numbers, factors.length), 0);
  };
}

// As in Keras: one number for each example is a class, several are a distribution.
function classesOf(y: Tensor, where: string): Tensor {
  const several = y.ndim > 1 && y.type.shape.at(-1)! > 1;
  if (y.ndim > 2 || (several && y.dtype === 'int32'))
    throw new OptionError(
      `${where}: classWeight needs one class for each example, and the truth is ${y.dtype}[${y.type.shape}]; use sampleWeight`,
    );
  if (several) return y.argmax(-1);
  return y.reshape([y.type.shape[0]!]).cast('int32');
}
