// args: [2, 3] [-2, 3]
import * as $ag from "tracejit/autograph/runtime"; export function f(x, y) { 'use jit'; $ag.enter({ at: "input.js:2:8" });
  const o = { none: null, x };
  let z = o.none ?? x;
  z ??= 100;
  let w = null;
  $ag.ifStatement($ag.greater(y, 0), () => {
    w ??= o?.x;
  }, () => {
    w = o.none?.missing ?? y;
  }, { at: "input.js:7:3", names: ["w"], kinds: "a", lines: [8], get: () => [w], set: ($v) => { [w] = $v; } });
  return $ag.add($ag.add($ag.mul(z, 10), w), o.none?.size ?? 1000);
}
