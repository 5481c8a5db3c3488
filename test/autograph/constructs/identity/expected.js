// args: [2, 2] [2, -3]
import * as $ag from "tracejit/autograph/runtime"; export function f(x, y) { 'use jit'; $ag.enter({ at: "input.js:2:8" });
  const mode = 'sum';
  return $ag.ifReturn($ag.or($ag.or(x === null, () => x === undefined, { at: "input.js:4:7" }), () => y == null, { at: "input.js:4:7" }), () => { return 0; }, () => { return $ag.ifReturn($ag.and($ag.and(x !== undefined, () => $ag.different(x, mode), { at: "input.js:5:7" }), () => mode === 'sum', { at: "input.js:5:7" }), () => {
    return $ag.add($ag.add($ag.ifExpression($ag.same(x, y), () => 1, () => 2, { at: "input.js:6:13" }), $ag.ifExpression($ag.different(x, y), () => 10, () => 20, { at: "input.js:6:33" })), $ag.ifExpression($ag.looselySame(x, 2), () => 100, () => 200, { at: "input.js:6:55" }));
  }, () => { return -1; }, { at: "input.js:5:3" }); }, { at: "input.js:4:3" });
}
