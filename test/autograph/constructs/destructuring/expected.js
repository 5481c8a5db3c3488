// args: [3] [-3]
import * as $ag from "tracejit/autograph/runtime"; export function f(x) { 'use jit'; $ag.enter({ at: "input.js:2:8" });
  let [a, b = 5] = [x, undefined];
  let p = { u: a, v: { w: b } };
  $ag.ifStatement($ag.greater(a, 0), () => {
    ([a, b] = [b, a]);
    (($ag.touch(p, "u"), { u: p.u } = ({ u: 7 })));
  }, null, { at: "input.js:5:3", names: ["a", "b"], kinds: "aa", lines: [6, 6], get: () => [a, b], set: ($v) => { [a, b] = $v; } });
  const { u, v: { w }, ...rest } = p;
  return $ag.add($ag.add($ag.add($ag.add(a, $ag.mul(10, b)), $ag.mul(100, u)), w), Object.keys(rest).length);
}
