// args: [3]
export function f(x) {
  const p = {};
  const q = p;
  if (x > 0) q.w = x;
  return p.w;
}
