// args: [3]
export function f(x) {
  try {
    if (x > 10) x = [].reduce((a) => a);
  } catch {
    x = 0;
  }
  return x;
}
