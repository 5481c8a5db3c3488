// args: [3] [-2]
import * as $ag from "tracejit/autograph/runtime"; export function f(x) { 'use jit'; $ag.enter({ at: "input.js:2:8" });
  return $ag.ifExpression($ag.greater(x, 1), () => $ag.mul(x, 10), () => $ag.ifExpression($ag.less(x, -1), () => $ag.neg(x), () => 0, { at: "input.js:3:27" }), { at: "input.js:3:10" });
}
