// args: [7] [2]
import * as $ag from "tracejit/autograph/runtime"; export function f(x) { 'use jit'; $ag.enter({ at: "input.js:2:8" });
  let c = 0;
  { { let $jump1 = false; let i = 0; $ag.whileStatement(() => $ag.less(i, x), () => { let $jump2 = false; {
    { let j = 0; $ag.whileStatement(() => $ag.less(j, 10), () => {
      $ag.ifStatement($ag.greater(j, i), () => { $jump2 = true; }, () => { $ag.ifStatement($ag.greater(c, 30), () => { $jump1 = true; }, () => { c = $ag.add(c, j); }, { at: "input.js:7:7", names: ["c", "$jump1"], kinds: "af", lines: [8, 0], get: () => [c, $jump1], set: ($v) => { [c, $jump1] = $v; } }); }, { at: "input.js:6:7", names: ["c", "$jump2", "$jump1"], kinds: "aff", lines: [8, 0, 0], get: () => [c, $jump2, $jump1], set: ($v) => { [c, $jump2, $jump1] = $v; } });
    }, () => { j = $ag.increment(j); }, () => $ag.any($jump2, $jump1), { at: "input.js:5:5", names: ["j", "c", "$jump2", "$jump1"], kinds: "hhff", lines: [5, 8, 0, 0], get: () => [j, c, $jump2, $jump1], set: ($v) => { [j, c, $jump2, $jump1] = $v; } }); }
  } }, () => { i = $ag.increment(i); }, () => $jump1, { at: "input.js:4:10", names: ["i", "c", "$jump1"], kinds: "hhf", lines: [4, 8, 0], get: () => [i, c, $jump1], set: ($v) => { [i, c, $jump1] = $v; } }); } }
  { {
    $ag.ifStatement($ag.greater(c, 10), () => { ; }, () => { c = -1; }, { at: "input.js:12:5", names: ["c"], kinds: "a", lines: [13], get: () => [c], set: ($v) => { [c] = $v; } });
  } }
  return c;
}
