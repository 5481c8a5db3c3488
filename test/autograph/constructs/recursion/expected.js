// args: [3, 4]
import * as $ag from "tracejit/autograph/runtime"; export function f(x, n) { 'use jit';
  'use strict'; $ag.enter({ at: "input.js:2:8" });
  const depth = 3;
  const go = (y, k) => ($ag.ifExpression($ag.same(k, 0), () => y, () => go($ag.mul(y, 2), $ag.sub(k, 1)), { at: "input.js:5:25" }));
  return $ag.add(go(x, depth), n);
}
