// args: [2, 3] [-2, 3]
export function f(x, y) {
  const o = { list: [1, 2], deep: { list: [] }, call: (v) => [v] };
  o.deep?.list.push(y);
  o?.deep.list?.push(x, 7);
  o.none?.list.push(x);
  let found = o?.list.includes(x) ? 100 : 0;
  found += o.none?.list.includes(x) ?? 1000;
  if (x > 0) Object.assign(o, { size: y }, null, { ...o.none });
  else o.size = o.call?.(x)?.[0];
  return found + o.size + o.deep.list.length * 10 + o.deep?.list.pop();
}
