// args: [-3]
export function f(x) {
  if (x < 0) throw new RangeError('negative');
  return x + 1;
}
