// args: [3, 2] [-3, 2.5]
export function f(x, y) {
  const t = (x - y) * (x + y) / 2 + x ** 2 % 5 - -x + +y;
  const less = (x < y) | (x >= y);
  return less ? t : (x === y ? 1 : 2) + (x !== y ? 10 : 20);
}
