// Truth and prediction, made to fit each other or refused.
import { DTypeError, ShapeError, type Tensor } from '../index.ts';

/** The truth as float32 of the prediction's shape; only axes of size 1 at the end may be missing or too many. Throws a ShapeError that shows both. */
export function sameShapes(yTrue: Tensor, yPred: Tensor, where: string): Tensor {
  const truth = yTrue.dtype === 'float32' ? yTrue : yTrue.cast('float32');
  if (truth.type.shape.join() === yPred.type.shape.join()) return truth;
  const without = (x: Tensor): string =>
    (x.type.shape.at(-1) === 1 ? x.type.shape.slice(0, -1) : x.type.shape).join();
  if (without(truth) === without(yPred)) return truth.reshape(yPred.type.shape);
  throw new ShapeError(
    `${where}: the truth has shape [${yTrue.type.shape}], the predictions [${yPred.type.shape}]; they must be equal`,
  );
}

/** Weights with axes of size 1 for those that they do not tell apart. Throws a ShapeError for others than one for each example or loss. */
export function weightsFor(losses: Tensor, weights: Tensor, where: string): Tensor {
  const given = weights.dtype === 'float32' ? weights : weights.cast('float32');
  const shape =
    given.type.shape.length === losses.ndim + 1 && given.type.shape.at(-1) === 1
      ? given.type.shape.slice(0, -1)
      : given.type.shape;
  const fits =
    shape.length <= losses.ndim && shape.every((n, axis) => n === 1 || n === losses.type.shape[axis]);
  if (!fits)
    throw new ShapeError(
      `${where}: sampleWeight has shape [${weights.type.shape}], and there are losses [${losses.type.shape}]; give one weight for each example, [${losses.type.shape.slice(0, 1)}]`,
    );
  return given.reshape([...shape, ...losses.type.shape.slice(shape.length).map(() => 1)]);
}

/** Classes, int32, with the shape of the prediction but its last axis. */
export function truthShape(yTrue: Tensor, yPred: Tensor, where: string): Tensor {
  const batch = yPred.type.shape.slice(0, -1);
  if (yPred.ndim === 0) throw new ShapeError(`${where}: predictions need an axis of classes, got a scalar`);
  if (yTrue.dtype !== 'int32')
    throw new DTypeError(
      `${where}: the truth is the int32 number of the class, got ${yTrue.dtype}[${yTrue.type.shape}]; cast it: labels.cast('int32'), or use categoricalCrossentropy for a distribution`,
    );
  if (yTrue.type.shape.join() === batch.join()) return yTrue;
  if (yTrue.type.shape.join() === [...batch, 1].join()) return yTrue.reshape(batch);
  throw new ShapeError(
    `${where}: the truth has shape [${yTrue.type.shape}], but predictions [${yPred.type.shape}] need one class for each of [${batch}]`,
  );
}
