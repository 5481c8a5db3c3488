// args: [3]
export function f(n) {
  let s = n * 1;
  let t = [1, 2];
  for (let i = 0; i < n; i++) {
    s = s + i;
    t = [s];
  }
  return s + t[0];
}
