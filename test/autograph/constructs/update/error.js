// args: [3]
export function f(x) {
  delete x.y;
  return x;
}
