// args: [3]
export function f(x) {
  if (x > 0) {
    try {
      x = JSON.parse('{');
    } catch {
      x = 0;
    }
  }
  return x;
}
