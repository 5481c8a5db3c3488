// args: [3]
export function f(x) {
  return String(x).length;
}
