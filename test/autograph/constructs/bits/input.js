// args: [3] [-3] [0]
export function f(x) {
  let n = 0;
  for (let i = 0; i < x; i++) n += 3;
  let r = (n & 6) | (n << 2) ^ 1;
  r = r + (n >> 1) + (~n);
  r <<= 1;
  r ^= 5;
  return r + (1 << 4 >>> 2);
}
