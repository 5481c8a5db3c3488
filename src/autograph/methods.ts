// The methods of JavaScript's collections that the transform and the runtime both know by name.

/** Those that change the collection they are called on. */
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
]);

/** Those that answer by a truth value, or by finding a value again: of tensors JavaScript knows neither. */
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
  Reflect: new Set(['defineProperty', 'deleteProperty', 'preventExtensions', 'set', 'setPrototypeOf']),
};
