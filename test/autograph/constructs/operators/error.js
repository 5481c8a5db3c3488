// args: [3]
export function f(x) {
  return x >> 2;
}
