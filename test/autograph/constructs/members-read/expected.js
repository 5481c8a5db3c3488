// args: [1]
import * as $ag from "tracejit/autograph/runtime"; export function f(i) { 'use jit'; $ag.enter({ at: "input.js:2:8" });
  const table = [[1, 2], [3, 4]];
  const p = { list: null };
  let y = $ag.chained(p.list, ($v) => $ag.at($v, 0)) ?? 5;
  y = $ag.add(y, $ag.add($ag.at($ag.at(table, 1), 0), p?.deep?.er ?? 1));
  return $ag.mul(y, i);
}
