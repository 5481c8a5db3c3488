// args: [[1, 2, 3, 1]]
export function f(rows) {
  let s = 0;
  const sums = [];
  for (const row of rows) {
    s = s + row;
    sums.push(s);
  }
  return sums[0] + sums[1] * 10 + sums[2] * 100 + s;
}
