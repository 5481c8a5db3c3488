// args: [9]
import * as $ag from "tracejit/autograph/runtime"; export function f(n) { 'use jit'; $ag.enter({ at: "input.js:2:8" });
  let s = 0;
  { let i = 0; $ag.whileStatement(() => $ag.less(i, n), () => { {
    $ag.ifStatement($ag.same($ag.mod(i, 2), 0), () => { ; }, () => { $ag.ifStatement($ag.greater(i, 6), () => { ; }, () => { s = $ag.add(s, i); }, { at: "input.js:6:5", names: ["s"], kinds: "a", lines: [7], get: () => [s], set: ($v) => { [s] = $v; } }); }, { at: "input.js:5:5", names: ["s"], kinds: "a", lines: [7], get: () => [s], set: ($v) => { [s] = $v; } });
  } }, () => { i = $ag.increment(i); }, null, { at: "input.js:4:3", names: ["i", "s"], kinds: "hh", lines: [4, 7], get: () => [i, s], set: ($v) => { [i, s] = $v; } }); }
  return s;
}
