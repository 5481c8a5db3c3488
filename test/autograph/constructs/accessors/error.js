// args: [2]
export function f(x) {
  const o = {
    get v() {
      return x > 1 ? [x] : x;
    },
  };
  return o.v;
}
