// args: [3] [-2]
export function f(x) {
  return x > 1 ? x * 10 : x < -1 ? -x : 0;
}
