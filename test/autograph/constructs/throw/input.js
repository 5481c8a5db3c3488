// args: [3]
export function f(x) {
  if (typeof x === 'string') throw new TypeError('no text');
  return x + 1;
}
