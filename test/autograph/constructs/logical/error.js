// args: [3]
export function f(x) {
  return (x > 0 && x) + 1;
}
