// args: [2, 5] [4, 5] [-1, 5]
export function f(x, y) {
  const inside = (x > 1) & (x < y);
  const outside = (x > 3) | (x < 0);
  const odd = (x > 1) ^ (x > 2);
  let count = 0;
  for (let i = 0; i < y; i++) {
    count += (i << 1) ^ (i & 1);
    count |= ~i >> 31;
  }
  return (inside ? 1 : 0) + (outside ? 10 : 0) + (odd ? 100 : 0) + count * 1000;
}
