// args: [3] [60]
import * as $ag from "tracejit/autograph/runtime"; export function f(x) { 'use jit'; $ag.enter({ at: "input.js:2:8" });
  { $ag.doWhileStatement(() => $ag.less(x, 50), () => {
    x = $ag.mul(x, 2);
  }, null, null, { at: "input.js:3:3", names: ["x"], kinds: "h", lines: [4], get: () => [x], set: ($v) => { [x] = $v; } }); }
  return x;
}
