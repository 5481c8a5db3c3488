// args: [3]
export function f(x) {
  while (x > 1) {
    x = [x / 2, x];
  }
  return x;
}
