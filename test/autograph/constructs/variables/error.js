// args: [3]
export function f(x) {
  let g = () => 0;
  for (let i = 0; i < x; i++) g = () => i;
  return g();
}
