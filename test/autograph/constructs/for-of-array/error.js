// args: [3]
export async function f(x) {
  for await (const k of [1, 2]) x += k;
  return x;
}
