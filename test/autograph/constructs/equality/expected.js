// args: [3] [-3] [0]
import * as $ag from "tracejit/autograph/runtime"; export function f(x) { 'use jit'; $ag.enter({ at: "input.js:2:8" });
  let r = 0;
  const s = 'a';
  const n = null;
  $ag.ifStatement(x === null, () => { r = $ag.add(r, 1); }, null, { at: "input.js:6:3", names: ["r"], kinds: "a", lines: [6], get: () => [r], set: ($v) => { [r] = $v; } });
  $ag.ifStatement(x !== undefined, () => { r = $ag.add(r, 2); }, null, { at: "input.js:7:3", names: ["r"], kinds: "a", lines: [7], get: () => [r], set: ($v) => { [r] = $v; } });
  $ag.ifStatement(x == null, () => { r = $ag.add(r, 4); }, null, { at: "input.js:8:3", names: ["r"], kinds: "a", lines: [8], get: () => [r], set: ($v) => { [r] = $v; } });
  $ag.ifStatement(s === 'a', () => { r = $ag.add(r, 8); }, null, { at: "input.js:9:3", names: ["r"], kinds: "a", lines: [9], get: () => [r], set: ($v) => { [r] = $v; } });
  $ag.ifStatement(x === 'a', () => { r = $ag.add(r, 16); }, null, { at: "input.js:10:3", names: ["r"], kinds: "a", lines: [10], get: () => [r], set: ($v) => { [r] = $v; } });
  $ag.ifStatement($ag.different(x, n), () => { r = $ag.add(r, 32); }, null, { at: "input.js:11:3", names: ["r"], kinds: "a", lines: [11], get: () => [r], set: ($v) => { [r] = $v; } });
  $ag.ifStatement($ag.same(x, $ag.neg(x)), () => { r = $ag.add(r, 64); }, null, { at: "input.js:12:3", names: ["r"], kinds: "a", lines: [12], get: () => [r], set: ($v) => { [r] = $v; } });
  $ag.ifStatement($ag.different(x, x), () => { r = $ag.add(r, 128); }, null, { at: "input.js:13:3", names: ["r"], kinds: "a", lines: [13], get: () => [r], set: ($v) => { [r] = $v; } });
  $ag.ifStatement($ag.looselySame(x, 3), () => { r = $ag.add(r, 256); }, null, { at: "input.js:14:3", names: ["r"], kinds: "a", lines: [14], get: () => [r], set: ($v) => { [r] = $v; } });
  $ag.ifStatement($ag.looselyDifferent(x, 3), () => { r = $ag.add(r, 512); }, null, { at: "input.js:15:3", names: ["r"], kinds: "a", lines: [15], get: () => [r], set: ($v) => { [r] = $v; } });
  return $ag.add(r, x);
}
