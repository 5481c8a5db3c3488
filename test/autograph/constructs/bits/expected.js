// args: [3] [-3] [0]
import * as $ag from "tracejit/autograph/runtime"; export function f(x) { 'use jit'; $ag.enter({ at: "input.js:2:8" });
  let n = 0;
  { let i = 0; $ag.whileStatement(() => $ag.less(i, x), () => { n = $ag.add(n, 3); }, () => { i = $ag.increment(i); }, null, { at: "input.js:4:3", names: ["i", "n"], kinds: "hh", lines: [4, 4], get: () => [i, n], set: ($v) => { [i, n] = $v; } }); }
  let r = $ag.bitOr($ag.bitAnd(n, 6), $ag.bitXor($ag.shiftLeft(n, 2), 1));
  r = $ag.add($ag.add(r, $ag.shiftRight(n, 1)), $ag.bitNot(n));
  r = $ag.shiftLeft(r, 1);
  r = $ag.bitXor(r, 5);
  return $ag.add(r, $ag.shiftRightUnsigned(1 << 4, 2));
}
