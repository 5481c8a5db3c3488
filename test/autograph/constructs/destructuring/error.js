// args: [3]
export function f(x) {
  const list = [[1], [2]];
  [list[Math.floor(1.5) - 1][0]] = [x];
  return list[0][0];
}
