// args: [3]
export function f(x) {
  const list = [2, 1];
  let first = 0;
  if (x > 0) first = list.reverse()[0];
  return list[0] + first;
}
