// input: where a functional model begins.
import { type DType, DTypeError, OptionError, ShapeError, type Tensor } from '../../index.ts';
import { checkOptions } from '../../util/options.ts';
import { Symbolic, unknownSize } from '../symbolic.ts';

export interface InputOptions {
  /** Default float32. */
  readonly dtype?: DType;
  /** In messages and JSON. */
  readonly name?: string;
}

/**
 * A symbolic tensor for examples of this shape, the batch not counted; null stands for a size that is known only when the model is called.
 *
 *     const x = input([28, 28, 1]);
 */
export function input(shape: readonly (number | null)[], options: InputOptions = {}): Tensor {
  checkOptions(options, ['dtype', 'name'], 'input');
  const { dtype = 'float32', name } = options;
  if (!Array.isArray(shape) || !shape.every((n) => n === null || (Number.isSafeInteger(n) && n >= 0)))
    throw new ShapeError(
      `input: expected the shape of one example, such as [28, 28, 1], with null for a size that is not known; got ${JSON.stringify(shape)}`,
    );
  if (!['float32', 'int32', 'bool'].includes(dtype))
    throw new DTypeError(`input: unknown dtype ${JSON.stringify(dtype)}; there are float32, int32, bool`);
  if (name !== undefined && typeof name !== 'string') throw new OptionError('input: name must be a string');
  return new Symbolic(dtype, [unknownSize, ...shape.map((n) => n ?? unknownSize)], null, name);
}
