// args: [2, 3] [-2, 3]
import * as $ag from "tracejit/autograph/runtime"; export function f(x, y) { 'use jit'; $ag.enter({ at: "input.js:2:8" });
  const o = $ag.fresh({ list: [1, 2], deep: { list: [] }, call: (v) => [v] });
  $ag.chained(o.deep, ($c) => $ag.mutate($c.list, "push", y));
  $ag.chained(o?.deep.list, ($c) => $ag.mutate($c, "push", x, 7));
  $ag.chained(o.none, ($c) => $ag.mutate($c.list, "push", x));
  let found = $ag.ifExpression($ag.chained(o, ($c) => $ag.query($c.list, "includes", x)), () => 100, () => 0, { at: "input.js:7:15" });
  found = $ag.add(found, $ag.chained(o.none, ($c) => $ag.query($c.list, "includes", x)) ?? 1000);
  $ag.ifStatement($ag.greater(x, 0), () => { $ag.assign(o, { size: y }, null, { ...o.none }); }, () => { $ag.set(o, "size", o.call?.(x)?.[0]); }, { at: "input.js:9:3" });
  return $ag.add($ag.add($ag.add(found, o.size), $ag.mul(o.deep.list.length, 10)), $ag.chained(o.deep, ($c) => $ag.mutate($c.list, "pop")));
}
