// args: [3, 2] [-3, 2] [0, 9]
export function f(x, y) {
  let z = x;
  try {
    if (x > 0) z = x * 2;
    for (let i = 0; i < y; i++) {
      if (i > 4) break;
      z += i;
    }
    z += JSON.parse('{').z;
  } catch {
    z = z > 5 ? z * 10 : z;
  } finally {
    z = z + 1;
  }
  try {
    if (z > 50) return -1;
    z += 1;
  } finally {
    z *= 3;
  }
  return z;
}
