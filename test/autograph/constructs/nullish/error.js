// args: [2]
export function f(x) {
  let y = null;
  if (x > 0) {
    y = x;
  }
  return y ?? 3;
}
