// args: [3, 2] [-3, 2] [40, 0]
export function f(x, n) {
  let y = x;
  let rounds = 0;
  const seen = { last: 0 };
  for (const text of ['1', '{', '2']) {
    try {
      if (x > 0) y = y - 1;
      else seen.last = y;
      y = y + JSON.parse(text);
      while (y < 10) {
        y = y + 4;
        rounds++;
      }
      for (;;) {
        if (y > 30) break;
        y = y + 7;
      }
    } catch (error) {
      if (error instanceof SyntaxError && x > 1) y = y * 2;
    } finally {
      rounds = rounds + (y > n ? 1 : 2);
    }
  }
  return y * 100 + rounds * 10 + seen.last;
}
