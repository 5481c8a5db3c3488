// args: [3.5] [-2.5] [0.3]
export function f(x) {
  return Math.max(x, 1, 2) + Math.abs(x) + Math.round(x) + Math.sqrt(Math.abs(x * 4)) + (Number.isInteger(x) ? 1 : 0) + Math.PI;
}
