// args: [3]
export function f(x) {
  switch (x) {
    case 0:
      const y = 1;
    case 1:
      x = 2;
  }
  return x;
}
