// args: [3] [-3]
import * as $ag from "tracejit/autograph/runtime"; export function f(x) { 'use jit'; $ag.enter({ at: "input.js:2:8" });
  let y = x;
  y = $ag.add(y, 2);
  y = $ag.mul(y, y);
  y = $ag.sub(y, x);
  y = $ag.div(y, 2);
  y = $ag.pow(y, 2);
  let flag = $ag.greater(x, 0);
  $ag.and(flag, () => flag = $ag.less(x, 2), { at: "input.js:10:3", names: ["flag"], kinds: "a", lines: [10], get: () => [flag], set: ($v) => { [flag] = $v; } });
  $ag.or(flag, () => flag = $ag.less(x, -2), { at: "input.js:11:3", names: ["flag"], kinds: "a", lines: [11], get: () => [flag], set: ($v) => { [flag] = $v; } });
  return $ag.add($ag.mod(y, 7), $ag.ifExpression(flag, () => 100, () => 0, { at: "input.js:12:19" }));
}
