// Math, Number, Array and console with an eye on tensors: everything else goes to the originals.

import { isTensor } from '../../ops/coerce.ts';
import * as unary from '../../ops/unary.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { print } from '../../trace/effects.ts';
import { ArgumentError } from '../../util/errors.ts';

import { ifStatement } from './branches.ts';
import { decide } from './condition.ts';
import { not } from './logic.ts';
import { math } from './math.ts';
import { plus } from './operators.ts';
import { isTraced } from './text.ts';
import { isWeak, weaken } from './weak.ts';

// biome-ignore lint/suspicious/noExplicitAny: the functions of Math take anything
type Any = any;

function withTensors<T extends object>(
  original: T,
  of: Readonly<Record<string, (...xs: Any[]) => unknown>>,
  name: string,
): T {
  const made = Object.create(original) as Record<string, unknown>;
  for (const key of Object.getOwnPropertyNames(original)) {
    const f: unknown = (original as Record<string, unknown>)[key];
    if (typeof f !== 'function') continue;
    const op = of[key];
    made[key] = (...xs: unknown[]): unknown => {
      if (!xs.some(isTensor)) return Reflect.apply(f, original, xs);
      if (op === undefined)
        throw new ArgumentError(
          `${name}.${key} does not take tensors; there are ${Object.keys(of).join(', ')}`,
        );
      const result = op(...xs);
      return xs.every(isWeak) ? weaken(result) : result;
    };
  }
  return made as T;
}

const MathOfTensors: typeof globalThis.Math = withTensors(globalThis.Math, math, 'Math');

export { MathOfTensors as Math };

const numberParts = withTensors(
  globalThis.Number,
  {
    isNaN: unary.isNaN,
    isFinite: unary.isFinite,
    isInteger: (x: Tensor) => x.equal(x.floor()).logicalAnd(x.isFinite()),
  },
  'Number',
);
/** `Number(x)`: a tensor is a number already; a bool counts as 0 and 1. */
function numberOf(...given: readonly unknown[]): unknown {
  const [x] = given;
  if (isTensor(x)) return plus(x);
  return given.length === 0 ? 0 : globalThis.Number(x);
}
const NumberOfTensors: typeof globalThis.Number = Object.setPrototypeOf(
  numberOf,
  numberParts,
) as typeof globalThis.Number;

export { NumberOfTensors as Number };

/** `Boolean(x)`: of a bool scalar that scalar. */
function booleanOf(x?: unknown): unknown {
  return isTensor(x) ? decide(x, { at: 'Boolean()' }) : globalThis.Boolean(x);
}

export { booleanOf as Boolean };

/** The older functions of these names make a number of what they are asked about; a tensor is one. */
function isNaNOf(x: unknown): unknown {
  // biome-ignore lint/suspicious/noGlobalIsNan: the function that was written
  return isTensor(x) ? unary.isNaN(x) : globalThis.isNaN(x as number);
}
function isFiniteOf(x: unknown): unknown {
  // biome-ignore lint/suspicious/noGlobalIsFinite: the function that was written
  return isTensor(x) ? unary.isFinite(x) : globalThis.isFinite(x as number);
}

export { isFiniteOf as isFinite, isNaNOf as isNaN };

/** `Array(n)` and `new Array(n)`. With a tensor JavaScript would make an array that holds it. */
function arrayOf(...xs: unknown[]): unknown[] {
  if (xs.length === 1 && isTensor(xs[0]))
    throw new ArgumentError(
      'Array(n) with a tensor: how long an array is must be known while tracing; use x.shape, or a static argument',
    );
  return xs.length === 1 && typeof xs[0] === 'number' ? new globalThis.Array(xs[0]) : xs;
}

export { arrayOf as Array };

// What writes a line to the console.
const writes = ['log', 'info', 'debug', 'warn', 'error'] as const;

/** `console.log(t)` of a traced tensor prints its elements whenever the compiled program comes by. */
const consoleOfTensors: typeof globalThis.console = Object.create(
  globalThis.console,
) as typeof globalThis.console;
for (const name of writes)
  consoleOfTensors[name] = (...values: readonly unknown[]) => {
    if (values.some(isTraced)) print(...values);
    else globalThis.console[name](...values);
  };

/** `console.assert(t, …)` writes a line whenever the compiled program comes by and t does not hold. It stops nothing; that is `check`. */
consoleOfTensors.assert = (condition?: unknown, ...values: readonly unknown[]) => {
  const construct = { at: 'console.assert()' };
  if (![condition, ...values].some(isTraced)) globalThis.console.assert(condition as boolean, ...values);
  else
    ifStatement(
      not(condition),
      () => print(values.length === 0 ? 'Assertion failed' : 'Assertion failed:', ...values),
      null,
      construct,
    );
};

export { consoleOfTensors as console };
