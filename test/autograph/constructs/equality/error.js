// args: [3]
export function f(x) {
  return [1, 2, 3].includes(x) ? 1 : 0;
}
