// args: [3, 2] [3, -2]
import * as $ag from "tracejit/autograph/runtime"; export function f(x, y) { 'use jit'; $ag.enter({ at: "input.js:2:8" }); var sum, k; function last() {
    return y;
  }
  const later = $ag.fresh([]);
  { $ag.forStatement(() => { let i = 0; return [i]; }, ([i]) => { return ({ test: () => $ag.less(i, 3), body: () => {
    $ag.mutate(later, "push", () => $ag.mul(i, x));
  }, update: () => { i = $ag.increment(i); }, stop: null, own: () => [i], state: { at: "input.js:4:3", names: ["i"], kinds: "h", lines: [4], get: () => [i], set: ($v) => { [i] = $v; } } }); }); }
  $ag.ifStatement($ag.greater(y, 0), () => {
    sum = 1;
  }, () => {
    sum = 2;
  }, { at: "input.js:7:3", names: ["sum"], kinds: "a", lines: [8], get: () => [sum], set: ($v) => { [sum] = $v; } });
  { k = 0; $ag.whileStatement(() => $ag.less(k, x), () => {
    const twice = () => $ag.mul(k, 2);
    sum = $ag.add(sum, twice());
  }, () => { k = $ag.increment(k); }, null, { at: "input.js:12:3", names: ["k", "sum"], kinds: "hh", lines: [12, 14], get: () => [k, sum], set: ($v) => { [k, sum] = $v; } }); }
  { $ag.forOf(later, ($v) => { const g = $v; { sum = $ag.add(sum, g()); } }, null, { at: "input.js:16:3", names: ["sum"], kinds: "h", lines: [16], get: () => [sum], set: ($v) => { [sum] = $v; } }); }
  return $ag.add($ag.add($ag.mul(sum, 10), k), last());
}
