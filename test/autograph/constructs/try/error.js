// args: [3]
export function f(x) {
  try {
    if (x > 0) x = -x;
  } catch {
    x = 0;
  }
  return x;
}
