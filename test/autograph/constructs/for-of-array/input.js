// args: [3] [1]
export function f(x) {
  for (const k of [1, 2, 3, 4]) {
    if (x > 10) break;
    x = x * k;
  }
  return x;
}
