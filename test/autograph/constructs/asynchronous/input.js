// args: [3] [-3]
export function f(x) {
  const later = { then: (next) => next(x > 0 ? x : -x) };
  let y = 0;
  later.then((v) => {
    y = v;
  });
  return y;
}
