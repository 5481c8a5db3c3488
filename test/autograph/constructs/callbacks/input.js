// args: [3] [-3]
export function f(x) {
  const all = [1, 2, 3, 4].filter((n) => n > 1).map((n) => n * x);
  let sum = all.reduce((a, b) => a + b, 0);
  all.forEach((v) => {
    if (v > 8) sum += v;
  });
  return [1, 5].some((n) => n > 4) && [1, 5].find((n) => n > 4) === 5 ? sum : 0;
}
