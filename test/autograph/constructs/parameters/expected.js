// args: [2, 3] [-1, 3]
import * as $ag from "tracejit/autograph/runtime"; export function f(x, y, z = $ag.mul(y, 2)) { 'use jit'; $ag.enter({ at: "input.js:2:8" });
  const larger = (a, b = $ag.mul(a, 2), ...others) => {
    { $ag.forOf(others, ($v) => { const other = $v; {
      $ag.ifStatement($ag.greater(other, b), () => { b = other; }, null, { at: "input.js:5:7", names: ["b"], kinds: "a", lines: [5], get: () => [b], set: ($v) => { [b] = $v; } });
    } }, null, { at: "input.js:4:5", names: ["b"], kinds: "h", lines: [5], get: () => [b], set: ($v) => { [b] = $v; } }); }
    return $ag.ifExpression($ag.greater(a, 1), () => b, () => a, { at: "input.js:7:12" });
  };
  const list = [x, ...[1, 2]];
  const options = $ag.fresh({ p: 1, ...{ q: y } });
  $ag.ifStatement($ag.greater(x, 0), () => {
    $ag.set(options, "p", z);
  }, null, { at: "input.js:11:3" });
  return $ag.add($ag.add($ag.add($ag.add(larger(x), $ag.mul(larger(...list, y, 7), 10)), $ag.mul($ag.Math.max(...list), 100)), options.p), options.q);
}
