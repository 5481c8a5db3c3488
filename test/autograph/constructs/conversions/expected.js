// args: [3] [-3]
import * as $ag from "tracejit/autograph/runtime"; export function f(x) { 'use jit'; $ag.enter({ at: "input.js:2:8" });
  const kind = $ag.ifExpression(typeof 'text' === 'string', () => 1, () => 0, { at: "input.js:3:16" });
  const parsed = $ag.add($ag.add(parseFloat('2.5'), JSON.stringify({ a: 1 }).length), $ag.Array(3).length);
  const flags = $ag.ifExpression($ag.Boolean($ag.greater(x, 0)), () => 100, () => 200, { at: "input.js:5:17" });
  return $ag.add($ag.add($ag.add($ag.add($ag.add($ag.add($ag.Number(x), kind), parsed), flags), $ag.ifExpression($ag.isNaN(x), () => 1000, () => 0, { at: "input.js:6:47" })), $ag.ifExpression($ag.isFinite(x), () => 2000, () => 0, { at: "input.js:6:71" })), $ag.ifExpression(x instanceof Date, () => 1, () => 0, { at: "input.js:6:98" }));
}
