// args: [2, 3] [0, 3]
import * as $ag from "tracejit/autograph/runtime"; export function f(x, y) { 'use jit'; $ag.enter({ at: "input.js:2:8" });
  const o = $ag.fresh({
    w: 0,
    get v() {
      return $ag.ifExpression($ag.greater(x, 1), () => this.w, () => y, { at: "input.js:6:14" });
    },
    set v(a) {
      $ag.set(this, "w", $ag.mul(a, 2));
    },
  });
  $ag.ifStatement($ag.greater(x, 1), () => {
    $ag.set(o, "v", y);
  }, null, { at: "input.js:12:3" });
  return $ag.add(o.v, $ag.mul(o.w, 10));
}
