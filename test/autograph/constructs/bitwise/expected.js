// args: [2, 5] [4, 5] [-1, 5]
import * as $ag from "tracejit/autograph/runtime"; export function f(x, y) { 'use jit'; $ag.enter({ at: "input.js:2:8" });
  const inside = $ag.bitAnd($ag.greater(x, 1), $ag.less(x, y));
  const outside = $ag.bitOr($ag.greater(x, 3), $ag.less(x, 0));
  const odd = $ag.bitXor($ag.greater(x, 1), $ag.greater(x, 2));
  let count = 0;
  { let i = 0; $ag.whileStatement(() => $ag.less(i, y), () => {
    count = $ag.add(count, $ag.bitXor($ag.shiftLeft(i, 1), $ag.bitAnd(i, 1)));
    count = $ag.bitOr(count, $ag.shiftRight($ag.bitNot(i), 31));
  }, () => { i = $ag.increment(i); }, null, { at: "input.js:7:3", names: ["i", "count"], kinds: "hh", lines: [7, 8], get: () => [i, count], set: ($v) => { [i, count] = $v; } }); }
  return $ag.add($ag.add($ag.add($ag.ifExpression(inside, () => 1, () => 0, { at: "input.js:11:11" }), $ag.ifExpression(outside, () => 10, () => 0, { at: "input.js:11:30" })), $ag.ifExpression(odd, () => 100, () => 0, { at: "input.js:11:51" })), $ag.mul(count, 1000));
}
