// args: [3] [-3]
import * as $ag from "tracejit/autograph/runtime"; export function f(x) { 'use jit'; $ag.enter({ at: "input.js:2:8" });
  const p = $ag.fresh({ w: 1, list: [1, 2], inner: { n: 0 } });
  $ag.ifStatement($ag.greater(x, 0), () => {
    $ag.set(p, "w", $ag.mul(x, 2));
    $ag.set(p.list, 1, x);
  }, () => {
    $ag.update(p.inner, "n", ($v) => $ag.sub($v, x));
  }, { at: "input.js:4:3" });
  { $ag.whileStatement(() => $ag.less(p.w, 100), () => {
    $ag.update(p, "w", ($v) => $ag.mul($v, 3));
    $ag.update(p.inner, "n", $ag.increment);
  }, null, null, { at: "input.js:10:3" }); }
  return $ag.add($ag.add(p.w, $ag.at(p.list, 1)), $ag.mul(p.inner.n, 1000));
}
