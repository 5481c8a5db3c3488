// args: [2]
export function f(x) {
  arguments[0] = 5;
  return x;
}
