// args: [3]
export function f(x) {
  const weights = { a: 1, b: 2, c: 4 };
  let y = 0;
  for (const key in weights) {
    if (key === 'c') continue;
    y += x * weights[key];
  }
  return y;
}
