// args: [2, 3] [-1, 3]
export function f(x, y, z = y * 2) {
  const larger = (a, b = a * 2, ...others) => {
    for (const other of others) {
      if (other > b) b = other;
    }
    return a > 1 ? b : a;
  };
  const list = [x, ...[1, 2]];
  const options = { p: 1, ...{ q: y } };
  if (x > 0) {
    options.p = z;
  }
  return larger(x) + larger(...list, y, 7) * 10 + Math.max(...list) * 100 + options.p + options.q;
}
