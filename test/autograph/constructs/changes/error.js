// args: [3]
export function f(x) {
  const seen = new Set([1]);
  if (x > 0) [2, 3].forEach((v) => seen.add(v));
  return seen.size;
}
