// args: [3]
export function f(x) {
  while (x < 100) {
    x = x * 2;
    if (x > 50) return [x, x];
  }
  return x;
}
