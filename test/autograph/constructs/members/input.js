// args: [3] [-3]
export function f(x) {
  const p = { w: 1, list: [1, 2], inner: { n: 0 } };
  if (x > 0) {
    p.w = x * 2;
    p.list[1] = x;
  } else {
    p.inner.n -= x;
  }
  while (p.w < 100) {
    p.w *= 3;
    p.inner.n++;
  }
  return p.w + p.list[1] + p.inner.n * 1000;
}
