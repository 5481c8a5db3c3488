// args: [3]
export function f(x) {
  return eval('x');
}
