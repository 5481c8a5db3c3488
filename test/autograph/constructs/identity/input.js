// args: [2, 2] [2, -3]
export function f(x, y) {
  const mode = 'sum';
  if (x === null || x === undefined || y == null) return 0;
  if (x !== undefined && x !== mode && mode === 'sum') {
    return (x === y ? 1 : 2) + (x !== y ? 10 : 20) + (x == 2 ? 100 : 200);
  }
  return -1;
}
