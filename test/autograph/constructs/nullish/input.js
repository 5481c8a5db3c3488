// args: [2, 3] [-2, 3]
export function f(x, y) {
  const o = { none: null, x };
  let z = o.none ?? x;
  z ??= 100;
  let w = null;
  if (y > 0) {
    w ??= o?.x;
  } else {
    w = o.none?.missing ?? y;
  }
  return z * 10 + w + (o.none?.size ?? 1000);
}
