// args: [3]
export function f(x) {
  do {
    x = [x];
  } while (x[0] < 50);
  return x;
}
