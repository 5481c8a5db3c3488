// args: [2]
export function f(x) {
  const grow = (a) => (a < 100 ? grow(a * 2) : a);
  return grow(x);
}
