// args: [3] [-3]
export function f(x) {
  let [a, b = 5] = [x, undefined];
  let p = { u: a, v: { w: b } };
  if (a > 0) {
    [a, b] = [b, a];
    ({ u: p.u } = { u: 7 });
  }
  const { u, v: { w }, ...rest } = p;
  return a + 10 * b + 100 * u + w + Object.keys(rest).length;
}
