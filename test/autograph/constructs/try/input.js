// args: [3]
export function f(x) {
  let y = x;
  try {
    y = JSON.parse('{').z;
  } catch {
    y = x * 2;
  } finally {
    y = y + 1;
  }
  return y;
}
