// args: [1]
export function f(i) {
  const table = [[1, 2], [3, 4]];
  const p = { list: null };
  let y = p.list?.[0] ?? 5;
  y += table[1][0] + (p?.deep?.er ?? 1);
  return y * i;
}
