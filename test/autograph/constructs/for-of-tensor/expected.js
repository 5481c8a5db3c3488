// args: [[1, 2, 3, 1]]
import * as $ag from "tracejit/autograph/runtime"; export function f(rows) { 'use jit'; $ag.enter({ at: "input.js:2:8" });
  let s = 0;
  const sums = $ag.fresh([]);
  { $ag.forOf(rows, ($v) => { const row = $v; {
    s = $ag.add(s, row);
    $ag.mutate(sums, "push", s);
  } }, null, { at: "input.js:5:3", names: ["s"], kinds: "h", lines: [6], get: () => [s], set: ($v) => { [s] = $v; } }); }
  return $ag.add($ag.add($ag.add($ag.at(sums, 0), $ag.mul($ag.at(sums, 1), 10)), $ag.mul($ag.at(sums, 2), 100)), s);
}
