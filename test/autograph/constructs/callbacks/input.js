// args: [2, 3] [7, 3] [0, 3]
export function f(x, y) {
  const list = [1, 2, 3];
  let sum = list.map((v) => (x > v ? v : x)).reduce((a, b) => a + b, 0);
  list.forEach((v) => {
    if (x > v) sum += v * 10;
  });
  const kept = list.filter((v) => v > 1).length;
  return sum + (list.some((v) => v === x) ? 1000 : 0) + (list.every((v) => v < x) ? y : kept);
}
