// args: [0] [1] [2] [3] [4]
export function f(x) {
  let y;
  switch (x) {
    case 0:
      y = 1;
      break;
    case 1:
      y = 5;
    case 2:
      y = 7 + x;
      break;
    case 3:
      return 100;
    default:
      y = 9;
  }
  return y;
}
