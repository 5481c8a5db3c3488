// args: [2]
export function f(x) {
  return [1, 2, 3].filter((v) => v < x).length;
}
