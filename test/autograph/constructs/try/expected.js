// args: [3, 2] [-3, 2] [0, 9]
import * as $ag from "tracejit/autograph/runtime"; export function f(x, y) { 'use jit'; $ag.enter({ at: "input.js:2:8" }); let $did = false, $ret; 
  let z = x;
  { const $v = $ag.enterTry("input.js:4:3"); try { try {
    $ag.ifStatement($ag.greater(x, 0), () => { z = $ag.mul(x, 2); }, null, { at: "input.js:5:5", names: ["z"], kinds: "a", lines: [5], get: () => [z], set: ($v) => { [z] = $v; } });
    { let $jump1 = false; let i = 0; $ag.whileStatement(() => $ag.less(i, y), () => {
      $ag.ifStatement($ag.greater(i, 4), () => { $jump1 = true; }, () => { z = $ag.add(z, i); }, { at: "input.js:7:7", names: ["z", "$jump1"], kinds: "af", lines: [8, 0], get: () => [z, $jump1], set: ($v) => { [z, $jump1] = $v; } });
    }, () => { i = $ag.increment(i); }, () => $jump1, { at: "input.js:6:5", names: ["i", "z", "$jump1"], kinds: "hhf", lines: [6, 8, 0], get: () => [i, z, $jump1], set: ($v) => { [i, z, $jump1] = $v; } }); }
    z = $ag.add(z, JSON.parse('{').z);
  } catch ($e) { throw $ag.failed($v, $e); } finally { $ag.leaveTry($v); } } catch {
    z = $ag.ifExpression($ag.greater(z, 5), () => $ag.mul(z, 10), () => z, { at: "input.js:12:9" });
  } finally { {
    z = $ag.add(z, 1);
  } $ag.endTry($v); } }
  { const $v = $ag.enterTry("input.js:16:3"); try { try {
    $ag.ifStatement($ag.greater(z, 50), () => { $ret = -1; $did = true; }, () => { z = $ag.add(z, 1); }, { at: "input.js:17:5", names: ["z", "$did", "$ret"], kinds: "afr", lines: [18, 0, 0], get: () => [z, $did, $ret], set: ($v) => { [z, $did, $ret] = $v; } });
  } catch ($e) { throw $ag.failed($v, $e); } finally { $ag.leaveTry($v); } } finally { {
    z = $ag.mul(z, 3);
  } $ag.endTry($v); } } return $ag.afterReturn($did, $ret, () => { return z; }, { at: "input.js:16:3" });
}
