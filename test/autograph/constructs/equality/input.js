// args: [3] [-3] [0]
export function f(x) {
  let r = 0;
  const s = 'a';
  const n = null;
  if (x === null) r += 1;
  if (x !== undefined) r += 2;
  if (x == null) r += 4;
  if (s === 'a') r += 8;
  if (x === 'a') r += 16;
  if (x !== n) r += 32;
  if (x === -x) r += 64;
  if (x !== x) r += 128;
  if (x == 3) r += 256;
  if (x != 3) r += 512;
  return r + x;
}
