// args: [3, 2] [-3, 2]
export function f(x, y = 5, ...others) {
  const point = {
    get double() {
      return x > 0 ? x * 2 : x;
    },
    set double(v) {
      x = v;
    },
  };
  const add = (a, b = a * 2, ...rest) => a + b + rest.length;
  point.double = point.double + 1;
  return add(...[x, y, 1, 1]) + add(x) + others.length + Math.max(...[x, y]);
}
