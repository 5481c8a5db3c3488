// args: [2, 1] [7, 3]
import * as $ag from "tracejit/autograph/runtime"; export function f(x, y) { 'use jit'; $ag.enter({ at: "input.js:2:8" });
  const sizes = $ag.keyed(new Map([['a', 1], ['b', x]]));
  const seen = $ag.fresh($ag.keyed(new Set(['a'])));
  let sum = 0;
  { $ag.forOf(sizes, ($v) => { const [name, size] = $v; {
    $ag.ifStatement($ag.greater(size, y), () => { sum = $ag.add(sum, $ag.ifExpression($ag.query(seen, "has", name), () => 10, () => 100, { at: "input.js:7:26" })); }, null, { at: "input.js:7:5", names: ["sum"], kinds: "a", lines: [7], get: () => [sum], set: ($v) => { [sum] = $v; } });
  } }, null, { at: "input.js:6:3", names: ["sum"], kinds: "h", lines: [7], get: () => [sum], set: ($v) => { [sum] = $v; } }); }
  const own = $ag.fresh([x, y]);
  return $ag.add($ag.add($ag.add(sum, $ag.ifExpression($ag.query([1, 2, 3], "includes", y), () => 1, () => 0, { at: "input.js:10:17" })), $ag.ifExpression($ag.query([4, 5], "includes", x), () => 2, () => 0, { at: "input.js:10:51" })), $ag.ifExpression($ag.query(own, "includes", x), () => 1000, () => 0, { at: "input.js:10:82" }));
}
