// args: [3]
export function f(x) {
  const o = { list: [] };
  for (let i = 0; i < x; i++) {
    o?.list.push(i);
  }
  return o.list.length;
}
