// args: [3] [-2] [0]
export function f(x) {
  let y = 1;
  if (x > 0) {
    y = x * 2;
  } else if (x < 0) y = -x;
  return y + x;
}
