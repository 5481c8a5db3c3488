// args: [3]
export function f(x) {
  try {
    if (x > 2) throw new RangeError('large');
  } catch {
    x = 0;
  }
  return x;
}
