// args: [3]
import * as $ag from "tracejit/autograph/runtime"; export function f(x) { 'use jit'; $ag.enter({ at: "input.js:2:8" });
  $ag.ifStatement(typeof x === 'string', () => { throw $ag.thrown(new TypeError('no text')); }, null, { at: "input.js:3:3" });
  return $ag.add(x, 1);
}
