// args: [3]
export function f(x) {
  let y;
  if (x > 0) y = x;
  return y ?? 7;
}
