// args: [2, 3] [0, 3]
export function f(x, y) {
  const o = {
    w: 0,
    get v() {
      return x > 1 ? this.w : y;
    },
    set v(a) {
      this.w = a * 2;
    },
  };
  if (x > 1) {
    o.v = y;
  }
  return o.v + o.w * 10;
}
