// args: [3] [-3] [0]
import * as $ag from "tracejit/autograph/runtime"; export function f(x) { 'use jit'; $ag.enter({ at: "input.js:2:8" }); let $did = false, $ret;  function g(z) {
    { const $v = $ag.enterTry("input.js:17:5"); try { try {
      return $ag.ifExpression($ag.greater($ag.mul(z, 3), 0), () => 1, () => z, { at: "input.js:18:14" });
    } catch ($e) { throw $ag.failed($v, $e); } finally { $ag.leaveTry($v); } } finally { {
      ($ag.touch($v_log, "log"), log = 5);
    } $ag.endTry($v); } }
  }
  const $v_log = $ag.fresh({ get log() { return log; }, set log($v) { log = $v; } }); let log = 0;
  const start = g(x);
  { const $v = $ag.enterTry("input.js:5:3"); try { try {
    $ag.ifStatement($ag.greater(x, 0), () => { $ret = $ag.add(x, log); $did = true; }, () => { ($ag.touch($v_log, "log"), log = 1);
    $ag.ifStatement($ag.less(x, 0), () => { $ret = $ag.neg(x); $did = true; }, null, { at: "input.js:8:5", names: ["$did", "$ret"], kinds: "fr", lines: [0, 0], get: () => [$did, $ret], set: ($v) => { [$did, $ret] = $v; } }); }, { at: "input.js:6:5", names: ["$did", "$ret"], kinds: "fr", lines: [0, 0], get: () => [$did, $ret], set: ($v) => { [$did, $ret] = $v; } });
  } catch ($e) { throw $ag.failed($v, $e); } finally { $ag.leaveTry($v); } } catch { $did = false;
    ($ag.touch($v_log, "log"), log = 2);
  } finally { {
    ($ag.touch($v_log, "log"), log = $ag.add(log, 10));
  } $ag.endTry($v); } } return $ag.afterReturn($did, $ret, () => { return $ag.sub(start, log); }, { at: "input.js:5:3" });
}
