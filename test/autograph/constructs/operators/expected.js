// args: [3, 2] [-3, 2.5]
import * as $ag from "tracejit/autograph/runtime"; export function f(x, y) { 'use jit'; $ag.enter({ at: "input.js:2:8" });
  const t = $ag.add($ag.sub($ag.add($ag.div($ag.mul($ag.sub(x, y), $ag.add(x, y)), 2), $ag.mod($ag.pow(x, 2), 5)), $ag.neg(x)), $ag.plus(y));
  const less = $ag.bitOr($ag.less(x, y), $ag.greaterEqual(x, y));
  return $ag.ifExpression(less, () => t, () => $ag.add($ag.ifExpression($ag.same(x, y), () => 1, () => 2, { at: "input.js:5:22" }), $ag.ifExpression($ag.different(x, y), () => 10, () => 20, { at: "input.js:5:42" })), { at: "input.js:5:10" });
}
