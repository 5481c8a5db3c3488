// args: [3] [-3]
export function f(x) {
  let total = 0;
  const add = (n) => {
    total += n;
  };
  const makers = [];
  for (let i = 0; i < 3; i++) makers.push(() => i);
  if (x > 0) [1, 2].forEach((k) => { total += k * x; });
  add(x);
  return total + makers[0]() + makers[2]() * 10;
}
