// args: [3] [-3] [0]
import * as $ag from "tracejit/autograph/runtime"; export function f(x) { 'use jit'; $ag.enter({ at: "input.js:2:8" });
  return $ag.ifReturn($ag.greater(x, 1), () => { return x; }, () => { return $ag.ifReturn($ag.less(x, -1), () => {
    const y = $ag.neg(x);
    return $ag.mul(y, 10);
  }, () => { return 0; }, { at: "input.js:4:3" }); }, { at: "input.js:3:3" });
}
