// args: [3]
export function f(x) {
  return Math.clz32(x);
}
