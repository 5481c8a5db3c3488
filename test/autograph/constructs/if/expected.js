// args: [3] [-2] [0]
import * as $ag from "tracejit/autograph/runtime"; export function f(x) { 'use jit'; $ag.enter({ at: "input.js:2:8" });
  let y = 1;
  $ag.ifStatement($ag.greater(x, 0), () => {
    y = $ag.mul(x, 2);
  }, () => { $ag.ifStatement($ag.less(x, 0), () => { y = $ag.neg(x); }, null, { at: "input.js:6:10", names: ["y"], kinds: "a", lines: [6], get: () => [y], set: ($v) => { [y] = $v; } }); }, { at: "input.js:4:3", names: ["y"], kinds: "a", lines: [5], get: () => [y], set: ($v) => { [y] = $v; } });
  return $ag.add(y, x);
}
