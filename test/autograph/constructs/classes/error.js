// args: [3]
export function f(x) {
  return new.target === undefined ? x : 0;
}
