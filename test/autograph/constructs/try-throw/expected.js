// args: [3] [-3]
import * as $ag from "tracejit/autograph/runtime"; export function f(x) { 'use jit'; $ag.enter({ at: "input.js:2:8" });
  let y = 0;
  { $ag.forOf([1, 2, 3], ($v) => { const limit = $v; { let $jump1 = false; {
    { const $v = $ag.enterTry("input.js:5:5"); try { try {
      { const $v = $ag.enterTry("input.js:6:7"); try { try {
        $ag.ifStatement($ag.same(limit, 1), () => { $jump1 = true; }, () => { $ag.ifStatement($ag.greater(limit, 2), () => { throw $ag.thrown(new RangeError('too much')); }, null, { at: "input.js:8:9" });
        y = $ag.ifExpression($ag.greater(x, 0), () => $ag.add(y, 1), () => $ag.sub(y, 1), { at: "input.js:9:13" }); }, { at: "input.js:7:9", names: ["y", "$jump1"], kinds: "af", lines: [9, 0], get: () => [y, $jump1], set: ($v) => { [y, $jump1] = $v; } });
      } catch ($e) { throw $ag.failed($v, $e); } finally { $ag.leaveTry($v); } } finally { {
        y = $ag.add(y, 10);
        $ag.ifStatement($ag.same(limit, 1), () => { JSON.parse('{'); }, null, { at: "input.js:12:9" });
      } $ag.endTry($v); } }
    } catch ($e) { throw $ag.failed($v, $e); } finally { $ag.leaveTry($v); } } catch ({ name }) { $jump1 = false;
      y = $ag.ifExpression(name === 'RangeError', () => $ag.mul(y, 2), () => $ag.add(y, 0.5), { at: "input.js:15:11" });
    } finally { $ag.endTry($v); } } $ag.ifStatement($ag.none($jump1), () => { y = $ag.add(y, 100); }, null, { at: "input.js:17:5", names: ["y"], kinds: "a", lines: [17], get: () => [y], set: ($v) => { [y] = $v; } });
  } } }, null, { at: "input.js:4:3", names: ["y"], kinds: "h", lines: [9], get: () => [y], set: ($v) => { [y] = $v; } }); }
  return y;
}
