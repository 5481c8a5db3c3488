// args: [3]
export function f(x) {
  try {
    if (x > 10) x = JSON.parse('{');
  } catch {
    x = 0;
  }
  return x;
}
