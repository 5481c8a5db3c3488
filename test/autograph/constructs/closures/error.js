// args: [3]
export function f(x) {
  if (x > 0) return step(x);
  return x;
  function* step(y) {
    yield y;
  }
}
