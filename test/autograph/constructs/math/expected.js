// args: [3.5] [-2.5] [0.3]
import * as $ag from "tracejit/autograph/runtime"; export function f(x) { 'use jit'; $ag.enter({ at: "input.js:2:8" });
  return $ag.add($ag.add($ag.add($ag.add($ag.add($ag.Math.max(x, 1, 2), $ag.Math.abs(x)), $ag.Math.round(x)), $ag.Math.sqrt($ag.Math.abs($ag.mul(x, 4)))), $ag.ifExpression($ag.Number.isInteger(x), () => 1, () => 0, { at: "input.js:3:90" })), $ag.Math.PI);
}
