// args: [3] [50] [2000]
import * as $ag from "tracejit/autograph/runtime"; export function f(x) { 'use jit'; $ag.enter({ at: "input.js:2:8" });
  let n = 0;
  { let $jump1 = false; $ag.whileStatement(() => true, () => {
    x = $ag.mul(x, 2);
    n = $ag.increment(n);
    $ag.ifStatement($ag.greater(x, 100), () => { $jump1 = true; }, () => { $ag.ifStatement($ag.greater(n, 3), () => {
      x = $ag.neg(x);
      $jump1 = true;
    }, null, { at: "input.js:8:5", names: ["x", "$jump1"], kinds: "af", lines: [9, 0], get: () => [x, $jump1], set: ($v) => { [x, $jump1] = $v; } }); }, { at: "input.js:7:5", names: ["x", "$jump1"], kinds: "af", lines: [9, 0], get: () => [x, $jump1], set: ($v) => { [x, $jump1] = $v; } });
  }, null, () => $jump1, { at: "input.js:4:3", names: ["x", "n", "$jump1"], kinds: "hhf", lines: [5, 6, 0], get: () => [x, n, $jump1], set: ($v) => { [x, n, $jump1] = $v; } }); }
  return $ag.add(x, n);
}
