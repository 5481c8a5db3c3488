// args: [3]
import * as $ag from "tracejit/autograph/runtime"; export function f(x) { 'use jit'; $ag.enter({ at: "input.js:2:8" });
  let y = x;
  { const $v = $ag.enterTry("input.js:4"); try { try {
    y = JSON.parse('{').z;
  } finally { $ag.leaveTry($v); } } catch {
    y = $ag.mul(x, 2);
  } finally { {
    y = $ag.add(y, 1);
  } $ag.endTry($v); } }
  return y;
}
