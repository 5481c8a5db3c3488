// args: [3] [60]
export function f(x) {
  do {
    x = x * 2;
  } while (x < 50);
  return x;
}
