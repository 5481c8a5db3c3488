// args: [3] [-3]
export function f(x) {
  const later = () => y;
  const makers = [];
  for (let i = 0; i < 3; i++) makers.push(() => i * x);
  let s = 0;
  for (let i = 0; i < x; i++) {
    const twice = () => i * 2;
    s += twice();
  }
  if (x > 0) {
    var y = x * 2;
  } else {
    var y = 1;
  }
  {
    let y = 100;
    y++;
  }
  return makers[1]() + makers[2]() * 10 + s + y + later();
}
