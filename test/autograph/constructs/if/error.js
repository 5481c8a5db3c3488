// args: [3]
export function f(x) {
  let y;
  if (x > 0) {
    y = x * 2;
  }
  return y;
}
