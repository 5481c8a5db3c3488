// args: [3] [-3] [0]
export function f(x) {
  if (x > 1) return x;
  if (x < -1) {
    const y = -x;
    return y * 10;
  }
  return 0;
}
