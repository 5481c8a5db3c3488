// args: [3]
export function f(x) {
  return 'value ' + x;
}
