// args: [3]
import * as $ag from "tracejit/autograph/runtime"; export function f(x) { 'use jit'; $ag.enter({ at: "input.js:2:8" });
  const weights = { a: 1, b: 2, c: 4 };
  let y = 0;
  { $ag.forIn(weights, ($v) => { const key = $v; { {
    $ag.ifStatement(key === 'c', () => { ; }, () => { y = $ag.add(y, $ag.mul(x, $ag.at(weights, key))); }, { at: "input.js:6:5", names: ["y"], kinds: "a", lines: [7], get: () => [y], set: ($v) => { [y] = $v; } });
  } } }, null, { at: "input.js:5:3", names: ["y"], kinds: "h", lines: [7], get: () => [y], set: ($v) => { [y] = $v; } }); }
  return y;
}
