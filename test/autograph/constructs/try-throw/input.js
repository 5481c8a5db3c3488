// args: [3] [-3]
export function f(x) {
  let y = 0;
  for (const limit of [1, 2, 3]) {
    try {
      try {
        if (limit === 1) continue;
        if (limit > 2) throw new RangeError('too much');
        y = x > 0 ? y + 1 : y - 1;
      } finally {
        y = y + 10;
        if (limit === 1) JSON.parse('{');
      }
    } catch ({ name }) {
      y = name === 'RangeError' ? y * 2 : y + 0.5;
    }
    y = y + 100;
  }
  return y;
}
