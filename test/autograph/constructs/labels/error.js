// args: [3]
export function f(x) {
  try {
    x += 1;
  } finally {
    return x;
  }
}
