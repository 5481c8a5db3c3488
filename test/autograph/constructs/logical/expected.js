// args: [3] [-2] [7] [20]
import * as $ag from "tracejit/autograph/runtime"; export function f(x) { 'use jit'; $ag.enter({ at: "input.js:2:8" });
  let y = 0;
  $ag.ifStatement($ag.or($ag.and($ag.greater(x, 0), () => $ag.less(x, 5), { at: "input.js:4:8" }), () => $ag.same(x, 20), { at: "input.js:4:7" }), () => { y = 1; }, null, { at: "input.js:4:3", names: ["y"], kinds: "a", lines: [4], get: () => [y], set: ($v) => { [y] = $v; } });
  $ag.ifStatement($ag.not($ag.greater(x, 5)), () => { y = $ag.add(y, 2); }, null, { at: "input.js:5:3", names: ["y"], kinds: "a", lines: [5], get: () => [y], set: ($v) => { [y] = $v; } });
  const label = null ?? 4;
  return $ag.mul(y, label);
}
