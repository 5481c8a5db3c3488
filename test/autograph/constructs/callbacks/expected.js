// args: [3] [-3]
import * as $ag from "tracejit/autograph/runtime"; export function f(x) { 'use jit'; $ag.enter({ at: "input.js:2:8" });
  const all = $ag.choose([1, 2, 3, 4], "filter", (n) => $ag.greater(n, 1)).map((n) => $ag.mul(n, x));
  const $v_sum = { get sum() { return sum; }, set sum($v) { sum = $v; } }; let sum = all.reduce((a, b) => $ag.add(a, b), 0);
  all.forEach((v) => {
    $ag.ifStatement($ag.greater(v, 8), () => { ($ag.touch($v_sum, "sum"), sum = $ag.add(sum, v)); }, null, { at: "input.js:6:5" });
  });
  return $ag.ifExpression($ag.and($ag.choose([1, 5], "some", (n) => $ag.greater(n, 4)), () => $ag.same($ag.choose([1, 5], "find", (n) => $ag.greater(n, 4)), 5), { at: "input.js:8:10" }), () => sum, () => 0, { at: "input.js:8:10" });
}
