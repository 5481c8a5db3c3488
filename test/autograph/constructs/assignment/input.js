// args: [3] [-3]
export function f(x) {
  let y = x;
  y += 2;
  y *= y;
  y -= x;
  y /= 2;
  y **= 2;
  let flag = x > 0;
  flag &&= x < 2;
  flag ||= x < -2;
  return y % 7 + (flag ? 100 : 0);
}
