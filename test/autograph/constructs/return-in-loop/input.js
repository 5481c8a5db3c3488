// args: [3] [900] [-5]
export function f(x) {
  for (let i = 0; i < 20; i++) {
    x = x * 2;
    if (x > 1000) return i;
  }
  return -1;
}
