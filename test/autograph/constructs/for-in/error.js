// args: [3]
export function f(x) {
  let y = 0;
  for (const key in x) y += 1;
  return y;
}
