// State dictionaries: the variables of a network by the path to them, out and in again.
import { ArgumentError, DTypeError, ShapeError, type Tensor, tensor, type Variable } from '../index.ts';

/** Values by name, such as `l1.kernel`. */
export type StateDict = Readonly<Record<string, Tensor>>;

/**
 * Assigns every value to the variable of its name. Nothing is assigned unless all fit: an ArgumentError lists names that are missing or not expected,
 * a ShapeError or DTypeError names the first value of another shape or dtype. Nested arrays count as tensors.
 */
export function loadState(
  variables: readonly (readonly [string, Variable])[],
  values: Readonly<Record<string, unknown>>,
  where: string,
): void {
  if (typeof values !== 'object' || values === null)
    throw new ArgumentError(`${where}: expected an object of tensors by name`);
  const names = new Set(variables.map(([name]) => name));
  const missing = [...names].filter((name) => !Object.hasOwn(values, name));
  const unexpected = Object.keys(values).filter((name) => !names.has(name));
  if (missing.length > 0 || unexpected.length > 0) {
    const parts = [
      ...(missing.length > 0 ? [`missing ${missing.join(', ')}`] : []),
      ...(unexpected.length > 0 ? [`not expected ${unexpected.join(', ')}`] : []),
    ];
    const hint =
      variables.length === 0
        ? '; layers make their variables at the first call, so call the network once before loading'
        : '; load what a network of the same layers and names has saved';
    throw new ArgumentError(`${where}: the names do not match: ${parts.join('; ')}${hint}`);
  }
  const checked = variables.map(([name, variable]): [Variable, Tensor] => {
    const given = values[name];
    const value =
      Array.isArray(given) || typeof given === 'number' ? tensor(given, { dtype: variable.dtype }) : given;
    const { shape, dtype } = value as Tensor;
    if (!Array.isArray(shape)) throw new ArgumentError(`${where}: '${name}' is no tensor`);
    if (shape.join() !== variable.shape.join())
      throw new ShapeError(
        `${where}: '${name}' has shape [${shape}], the network needs [${variable.shape}]; make its layers of the sizes of the saved ones, or load weights of its own`,
      );
    if (dtype !== variable.dtype)
      throw new DTypeError(
        `${where}: '${name}' is ${dtype}, the network needs ${variable.dtype}; cast it: x.cast('${variable.dtype}')`,
      );
    return [variable, value as Tensor];
  });
  for (const [variable, value] of checked) variable.assign(value);
}
