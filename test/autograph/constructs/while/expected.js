// args: [100] [0.5] [3]
import * as $ag from "tracejit/autograph/runtime"; export function f(x) { 'use jit'; $ag.enter({ at: "input.js:2:8" });
  let n = 0;
  { $ag.whileStatement(() => $ag.greater(x, 1), () => {
    x = $ag.div(x, 2);
    n = $ag.increment(n);
  }, null, null, { at: "input.js:4:3", names: ["x", "n"], kinds: "hh", lines: [5, 6], get: () => [x, n], set: ($v) => { [x, n] = $v; } }); }
  return $ag.add(x, n);
}
