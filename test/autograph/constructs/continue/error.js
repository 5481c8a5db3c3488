// args: [3]
export function f(n) {
  let s = n * 0;
  let last;
  for (let i = 0; i < n; i++) {
    if (i > 6) continue;
    last = s;
    s += i;
  }
  return s + last;
}
