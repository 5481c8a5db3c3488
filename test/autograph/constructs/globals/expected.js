// args: [2, 0] [3, 0]
import * as $ag from "tracejit/autograph/runtime"; export function f(x, y) { 'use jit'; $ag.enter({ at: "input.js:2:8" });
  const flag = $ag.Boolean($ag.greater(x, 2));
  return $ag.add($ag.add($ag.add($ag.ifExpression(flag, () => 1, () => 0, { at: "input.js:4:11" }), $ag.mul($ag.Number($ag.greater(x, 1)), 10)), $ag.ifExpression($ag.isNaN($ag.div(y, y)), () => 100, () => 0, { at: "input.js:4:49" })), $ag.ifExpression($ag.isFinite(x), () => 1000, () => 0, { at: "input.js:4:76" }));
}
