// args: [3]
export function f(i) {
  const table = [1, 2, 3];
  return table[i];
}
