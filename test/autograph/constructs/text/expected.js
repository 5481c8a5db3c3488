// args: [3]
import * as $ag from "tracejit/autograph/runtime"; export function f(x) { 'use jit'; $ag.enter({ at: "input.js:2:8" });
  const name = `value ${$ag.text(x)}`;
  return $ag.ifExpression($ag.greater(name.length, 0), () => x, () => 0, { at: "input.js:4:10" });
}
