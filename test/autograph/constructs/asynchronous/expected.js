// args: [3] [-3]
import * as $ag from "tracejit/autograph/runtime"; export function f(x) { 'use jit'; $ag.enter({ at: "input.js:2:8" });
  const later = $ag.fresh({ then: (next) => next($ag.ifExpression($ag.greater(x, 0), () => x, () => $ag.neg(x), { at: "input.js:3:40" })) });
  const $v_y = $ag.fresh({ get y() { return y; }, set y($v) { y = $v; } }); let y = 0;
  later.then((v) => {
    ($ag.touch($v_y, "y"), y = v);
  });
  return y;
}
