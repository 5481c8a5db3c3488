// args: [3] [-2] [7] [20]
export function f(x) {
  let y = 0;
  if ((x > 0 && x < 5) || x === 20) y = 1;
  if (!(x > 5)) y += 2;
  const label = null ?? 4;
  return y * label;
}
