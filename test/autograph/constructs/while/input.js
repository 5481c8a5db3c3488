// args: [100] [0.5] [3]
export function f(x) {
  let n = 0;
  while (x > 1) {
    x = x / 2;
    n++;
  }
  return x + n;
}
