// args: [3]
export function f(x) {
  try {
    while (x > 10) x = x - JSON.parse('{');
  } catch {
    x = 0;
  }
  return x;
}
