// args: [3]
export function f(x) {
  let n = x;
  n &= 6;
  return n;
}
