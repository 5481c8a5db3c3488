// args: [3] [-3]
import * as $ag from "tracejit/autograph/runtime"; export function f(x) { 'use jit'; $ag.enter({ at: "input.js:2:8" });
  const o = $ag.fresh({ a: undefined, p: { double: (k) => $ag.mul(k, 2) } });
  const $v_calls = { get calls() { return calls; }, set calls($v) { calls = $v; } }; let calls = 0;
  const never = () => {
    ($ag.touch($v_calls, "calls"), calls = $ag.add(calls, 1));
    return 1;
  };
  let y = null;
  y ??= $ag.mul(x, 2);
  $ag.assignLogical(o, "a", "??", () => $ag.add(x, 1));
  $ag.assignLogical(o, "a", "??", () => never());
  return $ag.add($ag.add($ag.add($ag.add($ag.add($ag.add(x ?? never(), y), o.a), calls), o?.p?.double(x) ?? 0), o.r?.s.t ?? 1), x?.nothing?.(1) ?? 4);
}
