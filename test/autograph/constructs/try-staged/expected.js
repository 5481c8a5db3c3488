// args: [3, 2] [-3, 2] [40, 0]
import * as $ag from "tracejit/autograph/runtime"; export function f(x, n) { 'use jit'; $ag.enter({ at: "input.js:2:8" });
  let y = x;
  let rounds = 0;
  const seen = $ag.fresh({ last: 0 });
  { $ag.forOf(['1', '{', '2'], ($v) => { const text = $v; {
    { const $v = $ag.enterTry("input.js:7:5"); try { try {
      $ag.ifStatement($ag.greater(x, 0), () => { y = $ag.sub(y, 1); }, () => { $ag.set(seen, "last", y); }, { at: "input.js:8:7", names: ["y"], kinds: "a", lines: [8], get: () => [y], set: ($v) => { [y] = $v; } });
      y = $ag.add(y, JSON.parse(text));
      { $ag.whileStatement(() => $ag.less(y, 10), () => {
        y = $ag.add(y, 4);
        rounds = $ag.increment(rounds);
      }, null, null, { at: "input.js:11:7", names: ["y", "rounds"], kinds: "hh", lines: [12, 13], get: () => [y, rounds], set: ($v) => { [y, rounds] = $v; } }); }
      { let $jump1 = false; $ag.whileStatement(() => true, () => {
        $ag.ifStatement($ag.greater(y, 30), () => { $jump1 = true; }, () => { y = $ag.add(y, 7); }, { at: "input.js:16:9", names: ["y", "$jump1"], kinds: "af", lines: [17, 0], get: () => [y, $jump1], set: ($v) => { [y, $jump1] = $v; } });
      }, null, () => $jump1, { at: "input.js:15:7", names: ["y", "$jump1"], kinds: "hf", lines: [17, 0], get: () => [y, $jump1], set: ($v) => { [y, $jump1] = $v; } }); }
    } catch ($e) { throw $ag.failed($v, $e); } finally { $ag.leaveTry($v); } } catch (error) {
      $ag.ifStatement($ag.and(error instanceof SyntaxError, () => $ag.greater(x, 1), { at: "input.js:20:11" }), () => { y = $ag.mul(y, 2); }, null, { at: "input.js:20:7", names: ["y"], kinds: "a", lines: [20], get: () => [y], set: ($v) => { [y] = $v; } });
    } finally { {
      rounds = $ag.add(rounds, $ag.ifExpression($ag.greater(y, n), () => 1, () => 2, { at: "input.js:22:26" }));
    } $ag.endTry($v); } }
  } }, null, { at: "input.js:6:3", names: ["y", "rounds"], kinds: "hh", lines: [8, 13], get: () => [y, rounds], set: ($v) => { [y, rounds] = $v; } }); }
  return $ag.add($ag.add($ag.mul(y, 100), $ag.mul(rounds, 10)), seen.last);
}
