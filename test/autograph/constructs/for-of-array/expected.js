// args: [3] [1]
import * as $ag from "tracejit/autograph/runtime"; export function f(x) { 'use jit'; $ag.enter({ at: "input.js:2:8" });
  { let $jump1 = false; $ag.forOf([1, 2, 3, 4], ($v) => { const k = $v; {
    $ag.ifStatement($ag.greater(x, 10), () => { $jump1 = true; }, () => { x = $ag.mul(x, k); }, { at: "input.js:4:5", names: ["x", "$jump1"], kinds: "af", lines: [5, 0], get: () => [x, $jump1], set: ($v) => { [x, $jump1] = $v; } });
  } }, () => $jump1, { at: "input.js:3:3", names: ["x", "$jump1"], kinds: "hf", lines: [5, 0], get: () => [x, $jump1], set: ($v) => { [x, $jump1] = $v; } }); }
  return x;
}
