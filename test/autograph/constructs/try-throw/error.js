// args: [3]
export function f(x) {
  let y = 0;
  try {
    if (x < 0) throw new RangeError('negative');
  } finally {
    y = 1;
  }
  return x + y;
}
