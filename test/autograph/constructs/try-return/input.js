// args: [3] [-3] [0]
export function f(x) {
  let log = 0;
  const start = g(x);
  try {
    if (x > 0) return x + log;
    log = 1;
    if (x < 0) return -x;
  } catch {
    log = 2;
  } finally {
    log = log + 10;
  }
  return start - log;

  function g(z) {
    try {
      return z * 3 > 0 ? 1 : z;
    } finally {
      log = 5;
    }
  }
}
