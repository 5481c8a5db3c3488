// args: [3]
export function f(x) {
  const name = `value ${x}`;
  return name.length > 0 ? x : 0;
}
