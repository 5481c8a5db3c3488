// args: [3]
export function f(x) {
  const a = x++;
  const b = ++x;
  const p = { n: x };
  const c = p.n--;
  --p.n;
  return a + 10 * b + 100 * c + 1000 * p.n;
}
