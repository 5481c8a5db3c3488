// args: [4]
export function f(x) {
  let g = () => 0;
  for (let i = 0; i < x; i++) {
    g = () => i * 2;
  }
  return g();
}
