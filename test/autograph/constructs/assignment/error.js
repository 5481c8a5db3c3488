// args: [3]
export function f(x) {
  const list = [1, 2, 3];
  list[x] = 4;
  return list[0];
}
