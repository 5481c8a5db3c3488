// args: [3] [-3]
import * as $ag from "tracejit/autograph/runtime"; export function f(x) { 'use jit'; $ag.enter({ at: "input.js:2:8" });
  const o = { a: 1, b: 2 };
  const list = $ag.fresh([2, 1]);
  const last = $ag.add($ag.at($ag.mutate(list, "sort"), 1), $ag.present(list, ($v) => $ag.mutate($v, "push", 4)));
  $ag.ifStatement($ag.greater(x, 0), () => {
    const mine = $ag.fresh([3, 1, 2]);
    $ag.assign(o, { a: x, c: $ag.at($ag.mutate(mine, "sort"), 0) }, null);
  }, () => { $ag.assign(o, { a: $ag.neg(x), c: 5 }); }, { at: "input.js:6:3" });
  return $ag.add($ag.add($ag.add($ag.add(o.a, o.b), o.c), last), list.length);
}
