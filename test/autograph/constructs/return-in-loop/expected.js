// args: [3] [900] [-5]
import * as $ag from "tracejit/autograph/runtime"; export function f(x) { 'use jit'; $ag.enter({ at: "input.js:2:8" }); let $did = false, $ret; 
  { let i = 0; $ag.whileStatement(() => $ag.less(i, 20), () => {
    x = $ag.mul(x, 2);
    $ag.ifStatement($ag.greater(x, 1000), () => { $ret = i; $did = true; }, null, { at: "input.js:5:5", names: ["$did", "$ret"], kinds: "fr", lines: [0, 0], get: () => [$did, $ret], set: ($v) => { [$did, $ret] = $v; } });
  }, () => { i = $ag.increment(i); }, () => $did, { at: "input.js:3:3", names: ["i", "x", "$did", "$ret"], kinds: "hhfr", lines: [3, 4, 0, 0], get: () => [i, x, $did, $ret], set: ($v) => { [i, x, $did, $ret] = $v; } }); } return $ag.afterReturn($did, $ret, () => { return -1; }, { at: "input.js:3:3" });
}
