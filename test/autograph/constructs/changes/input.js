// args: [3, 1] [-2, 4]
export function f(x, y) {
  const $c = 5;
  const p = { list: [1], none: null, a: 1 };
  p?.list.push($c, y);
  p.none?.list.push(p.list.push(9));
  let least = 0;
  if (x > 0) {
    least = p.list.slice().reverse()[0];
    Object.assign(p, { a: x });
  } else {
    least = new Set([1]).add(2).size;
    Reflect.set(p, 'a', y);
  }
  let q = { a: 0 };
  if (x > y) q = Object.assign({}, { a: 7 });
  else q = Object.freeze({ a: p.a });
  return least + 10 * p.list.length + 100 * p.a + 1000 * q.a;
}
