// args: [3]
export function f(x) {
  return [1, 2, 3].filter((n) => n > x).length;
}
