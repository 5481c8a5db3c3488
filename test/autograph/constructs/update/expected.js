// args: [3]
import * as $ag from "tracejit/autograph/runtime"; export function f(x) { 'use jit'; $ag.enter({ at: "input.js:2:8" });
  const a = $ag.first($ag.numeric(x), x = $ag.increment(x));
  const b = (x = $ag.increment(x));
  const p = $ag.fresh({ n: x });
  const c = $ag.updateAfter(p, "n", $ag.decrement);
  $ag.update(p, "n", $ag.decrement);
  return $ag.add($ag.add($ag.add(a, $ag.mul(10, b)), $ag.mul(100, c)), $ag.mul(1000, p.n));
}
