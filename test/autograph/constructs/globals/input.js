// args: [2, 0] [3, 0]
export function f(x, y) {
  const flag = Boolean(x > 2);
  return (flag ? 1 : 0) + Number(x > 1) * 10 + (isNaN(y / y) ? 100 : 0) + (isFinite(x) ? 1000 : 0);
}
