// args: [3]
import * as $ag from "tracejit/autograph/runtime"; export function f(x) { 'use jit'; $ag.enter({ at: "input.js:2:8" });
  let y = x;
  { const $v = $ag.enterTry("input.js:4"); try { const $v = $ag.enterTry("input.js:4"); try { try {
    y = JSON.parse('{').z;
  } catch ($vError) { throw $ag.escaped($v, $vError); } finally { $ag.leaveTry($v); } } catch {
    y = $ag.mul(x, 2);
  } finally { $ag.endTry($v); } } finally { $ag.leaveTry($v); {
    y = $ag.add(y, 1);
  } } }
  return y;
}
