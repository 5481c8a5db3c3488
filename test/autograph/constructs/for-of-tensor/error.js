// args: [3]
export function f(x) {
  const kept = [];
  if (x > 0) kept.push(x);
  return kept.length;
}
