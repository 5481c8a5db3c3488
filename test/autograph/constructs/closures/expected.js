// args: [3] [-3]
import * as $ag from "tracejit/autograph/runtime"; export function f(x) { 'use jit'; $ag.enter({ at: "input.js:2:8" });
  const $v_total = $ag.fresh({ get total() { return total; }, set total($v) { total = $v; } }); let total = 0;
  const add = (n) => {
    ($ag.touch($v_total, "total"), total = $ag.add(total, n));
  };
  const makers = $ag.fresh([]);
  { $ag.forStatement(() => { let i = 0; return [i]; }, ([i]) => { return ({ test: () => $ag.less(i, 3), body: () => { $ag.mutate(makers, "push", () => i); }, update: () => { i = $ag.increment(i); }, stop: null, own: () => [i], state: { at: "input.js:8:3", names: ["i"], kinds: "h", lines: [8], get: () => [i], set: ($v) => { [i] = $v; } } }); }); }
  $ag.ifStatement($ag.greater(x, 0), () => { [1, 2].forEach((k) => { ($ag.touch($v_total, "total"), total = $ag.add(total, $ag.mul(k, x))); }); }, null, { at: "input.js:9:3" });
  add(x);
  return $ag.add($ag.add(total, makers[0]()), $ag.mul(makers[2](), 10));
}
