// args: [2, 1] [7, 3]
export function f(x, y) {
  const sizes = new Map([['a', 1], ['b', x]]);
  const seen = new Set(['a']);
  let sum = 0;
  for (const [name, size] of sizes) {
    if (size > y) sum += seen.has(name) ? 10 : 100;
  }
  const own = [x, y];
  return sum + ([1, 2, 3].includes(y) ? 1 : 0) + ([4, 5].includes(x) ? 2 : 0) + (own.includes(x) ? 1000 : 0);
}
