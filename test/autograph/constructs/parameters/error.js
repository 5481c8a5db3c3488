// args: [3]
export function f(...xs) {
  return arguments.length + (arguments[0] = 2);
}
