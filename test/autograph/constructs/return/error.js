// args: [3]
export function f(x) {
  if (x > 1) {
    return x;
  }
}
