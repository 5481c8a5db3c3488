// args: [3] [50] [2000]
export function f(x) {
  let n = 0;
  while (true) {
    x = x * 2;
    n++;
    if (x > 100) break;
    if (n > 3) {
      x = -x;
      break;
    }
  }
  return x + n;
}
