// args: [3, 2] [-3, 2]
import * as $ag from "tracejit/autograph/runtime"; export function f(x, y = 5, ...others) { 'use jit'; $ag.enter({ at: "input.js:2:8" }); const $v_x = { get x() { return x; }, set x($v) { x = $v; } };
  const point = $ag.fresh({
    get double() {
      return $ag.ifExpression($ag.greater(x, 0), () => $ag.mul(x, 2), () => x, { at: "input.js:5:14" });
    },
    set double(v) {
      ($ag.touch($v_x, "x"), x = v);
    },
  });
  const add = (a, b = $ag.mul(a, 2), ...rest) => $ag.add($ag.add(a, b), rest.length);
  $ag.set(point, "double", $ag.add(point.double, 1));
  return $ag.add($ag.add($ag.add(add(...[x, y, 1, 1]), add(x)), others.length), $ag.Math.max(...[x, y]));
}
