// args: [3, 4]
export function f(x, n) {
  'use strict';
  const depth = 3;
  const go = (y, k) => (k === 0 ? y : go(y * 2, k - 1));
  return go(x, depth) + n;
}
