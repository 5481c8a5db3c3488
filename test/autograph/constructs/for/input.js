// args: [7] [0] [2]
export function f(n) {
  let s = 0;
  for (let i = 0, step = 2; i < n; i += step) {
    s += i * i;
  }
  return s;
}
