// args: [3] [-3]
export function f(x) {
  const o = { a: 1, b: 2 };
  const list = [2, 1];
  const last = list.sort()[1] + list?.push(4);
  if (x > 0) {
    const mine = [3, 1, 2];
    Object.assign(o, { a: x, c: mine.sort()[0] }, null);
  } else Object.assign(o, { a: -x, c: 5 });
  return o.a + o.b + o.c + last + list.length;
}
