// args: [5]
export function f(x) {
  return (x / 2) | 0;
}
