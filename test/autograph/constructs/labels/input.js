// args: [7] [2]
export function f(x) {
  let c = 0;
  outer: for (let i = 0; i < x; i++) {
    for (let j = 0; j < 10; j++) {
      if (j > i) continue outer;
      if (c > 30) break outer;
      c += j;
    }
  }
  done: {
    if (c > 10) break done;
    c = -1;
  }
  return c;
}
