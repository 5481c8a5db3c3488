// args: [2, 3] [7, 3] [0, 3]
import * as $ag from "tracejit/autograph/runtime"; export function f(x, y) { 'use jit'; $ag.enter({ at: "input.js:2:8" });
  const list = $ag.fresh([1, 2, 3]);
  const $v_sum = $ag.fresh({ get sum() { return sum; }, set sum($v) { sum = $v; } }); let sum = list.map((v) => ($ag.ifExpression($ag.greater(x, v), () => v, () => x, { at: "input.js:4:30" }))).reduce((a, b) => $ag.add(a, b), 0);
  list.forEach((v) => {
    $ag.ifStatement($ag.greater(x, v), () => { ($ag.touch($v_sum, "sum"), sum = $ag.add(sum, $ag.mul(v, 10))); }, null, { at: "input.js:6:5" });
  });
  const kept = $ag.query(list, "filter", (v) => $ag.greater(v, 1)).length;
  return $ag.add($ag.add(sum, $ag.ifExpression($ag.query(list, "some", (v) => $ag.same(v, x)), () => 1000, () => 0, { at: "input.js:9:17" })), $ag.ifExpression($ag.query(list, "every", (v) => $ag.less(v, x)), () => y, () => kept, { at: "input.js:9:58" }));
}
