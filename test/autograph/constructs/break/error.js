// args: [3]
export function f(x) {
  let y = 0;
  while (x < 100) {
    x = x * 2;
    if (x > 50) {
      y = 'large';
      break;
    }
  }
  return y;
}
