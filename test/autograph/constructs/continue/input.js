// args: [9]
export function f(n) {
  let s = 0;
  for (let i = 0; i < n; i++) {
    if (i % 2 === 0) continue;
    if (i > 6) continue;
    s += i;
  }
  return s;
}
