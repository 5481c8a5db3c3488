// args: [2]
export function f(x) {
  return new Map([[2, 'two']]).get(x) === undefined ? x : 0;
}
