// The methods of JavaScript's own objects that the transform and the runtime both know by name.

/** Those that change what they are called on: collections, iterators, dates, expressions that remember where they were. */
export const mutating: ReadonlySet<string> = new Set([
  'push',
  'pop',
  'shift',
  'unshift',
  'splice',
  'sort',
  'reverse',
  'fill',
  'copyWithin',
  'clear',
  'delete',
  'set',
  'add',
  'next',
  'exec',
  'test',
  ...['Float32', 'Float64', 'Int8', 'Int16', 'Int32', 'Uint8', 'Uint16', 'Uint32'].map(
    (name) => `set${name}`,
  ),
  ...['Date', 'FullYear', 'Hours', 'Milliseconds', 'Minutes', 'Month', 'Seconds'].flatMap((name) => [
    `set${name}`,
    `setUTC${name}`,
  ]),
  'setTime',
]);

/** Those that make a new array. */
export const making: ReadonlySet<string> = new Set([
  'concat',
  'filter',
  'flat',
  'flatMap',
  'map',
  'slice',
  'split',
  'toReversed',
  'toSorted',
  'toSpliced',
]);

/** Those that make a new iterator. */
export const starting: ReadonlySet<string> = new Set([
  'entries',
  'keys',
  'matchAll',
  'values',
  'Symbol.iterator',
]);

/** Those of numbers that give text, which is made while tracing. */
export const ofNumbers: ReadonlySet<string> = new Set(['toExponential', 'toFixed', 'toPrecision']);

/** Those of collections that answer by a truth value, or by finding a value again: of tensors JavaScript knows neither. */
export const asking: ReadonlySet<string> = new Set([
  'filter',
  'find',
  'findIndex',
  'findLast',
  'findLastIndex',
  'some',
  'every',
  'indexOf',
  'lastIndexOf',
  'includes',
  'has',
  'get',
]);

/** The functions of Object and Reflect that change what they are given, make an object, or compare by identity. */
export const ofObjects: Readonly<Record<'Object' | 'Reflect', ReadonlySet<string>>> = {
  Object: new Set([
    'assign',
    'create',
    'defineProperties',
    'defineProperty',
    'freeze',
    'is',
    'preventExtensions',
    'seal',
    'setPrototypeOf',
  ]),
  Reflect: new Set([
    'apply',
    'defineProperty',
    'deleteProperty',
    'preventExtensions',
    'set',
    'setPrototypeOf',
  ]),
};
