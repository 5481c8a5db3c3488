// args: [3, 1] [-2, 4]
import * as $ag from "tracejit/autograph/runtime"; export function f(x, y) { 'use jit'; $ag.enter({ at: "input.js:2:8" });
  const $c = 5;
  const p = $ag.fresh({ list: [1], none: null, a: 1 });
  $ag.chained(p, ($v) => $ag.mutate($v.list, "push", $c, y));
  $ag.chained(p.none, ($v) => $ag.mutate($v.list, "push", $ag.mutate(p.list, "push", 9)));
  let least = 0;
  $ag.ifStatement($ag.greater(x, 0), () => {
    least = $ag.at($ag.mutate($ag.fresh(p.list.slice()), "reverse"), 0);
    $ag.Object.assign(p, { a: x });
  }, () => {
    least = $ag.mutate($ag.fresh($ag.keyed(new Set([1]))), "add", 2).size;
    $ag.Reflect.set(p, 'a', y);
  }, { at: "input.js:8:3", names: ["least"], kinds: "a", lines: [9], get: () => [least], set: ($v) => { [least] = $v; } });
  let q = $ag.fresh({ a: 0 });
  $ag.ifStatement($ag.greater(x, y), () => { q = $ag.Object.assign($ag.fresh({}), { a: 7 }); }, () => { q = $ag.Object.freeze($ag.fresh({ a: p.a })); }, { at: "input.js:16:3", names: ["q"], kinds: "a", lines: [16], get: () => [q], set: ($v) => { [q] = $v; } });
  return $ag.add($ag.add($ag.add(least, $ag.mul(10, p.list.length)), $ag.mul(100, p.a)), $ag.mul(1000, q.a));
}
