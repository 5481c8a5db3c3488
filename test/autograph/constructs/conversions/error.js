// args: [3]
export function f(x) {
  return Boolean(x) ? 1 : 2;
}
