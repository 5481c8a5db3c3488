// args: [3, 2] [3, -2]
export function f(x, y) {
  const later = [];
  for (let i = 0; i < 3; i++) {
    later.push(() => i * x);
  }
  if (y > 0) {
    var sum = 1;
  } else {
    sum = 2;
  }
  for (var k = 0; k < x; k++) {
    const twice = () => k * 2;
    sum += twice();
  }
  for (const g of later) sum += g();
  return sum * 10 + k + last();

  function last() {
    return y;
  }
}
