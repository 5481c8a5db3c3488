// args: [7] [0] [2]
import * as $ag from "tracejit/autograph/runtime"; export function f(n) { 'use jit'; $ag.enter({ at: "input.js:2:8" });
  let s = 0;
  { let i = 0, step = 2; $ag.whileStatement(() => $ag.less(i, n), () => {
    s = $ag.add(s, $ag.mul(i, i));
  }, () => { i = $ag.add(i, step); }, null, { at: "input.js:4:3", names: ["i", "s"], kinds: "hh", lines: [4, 5], get: () => [i, s], set: ($v) => { [i, s] = $v; } }); }
  return s;
}
