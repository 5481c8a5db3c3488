// args: [2, 3] [-2, 3]
import * as $ag from "tracejit/autograph/runtime"; export function f(x, y) { 'use jit'; $ag.enter({ at: "input.js:2:8" });
  const o = $ag.fresh({ list: [1, 2], deep: { list: [] }, call: (v) => $ag.fresh([v]) });
  $ag.chained(o.deep, ($v) => $ag.mutate($v.list, "push", y));
  $ag.chained(o?.deep.list, ($v) => $ag.mutate($v, "push", x, 7));
  $ag.chained(o.none, ($v) => $ag.mutate($v.list, "push", x));
  let found = $ag.ifExpression($ag.chained(o, ($v) => $ag.query($v.list, "includes", x)), () => 100, () => 0, { at: "input.js:7:15" });
  found = $ag.add(found, $ag.chained(o.none, ($v) => $ag.query($v.list, "includes", x)) ?? 1000);
  $ag.ifStatement($ag.greater(x, 0), () => { $ag.Object.assign(o, { size: y }, null, { ...o.none }); }, () => { $ag.set(o, "size", $ag.chained(o.call?.(x), ($v) => $ag.at($v, 0))); }, { at: "input.js:9:3" });
  return $ag.add($ag.add($ag.add(found, o.size), $ag.mul(o.deep.list.length, 10)), $ag.chained(o.deep, ($v) => $ag.mutate($v.list, "pop")));
}
