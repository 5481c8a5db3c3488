// args: [3] [-3]
import * as $ag from "tracejit/autograph/runtime"; export function f(x) { 'use jit'; $ag.enter({ at: "input.js:2:8" }); var y;
  const later = () => y;
  const makers = $ag.fresh([]);
  { $ag.forStatement(() => { let i = 0; return [i]; }, ([i]) => ({ test: () => $ag.less(i, 3), body: () => { $ag.mutate(makers, "push", () => $ag.mul(i, x)); }, update: () => { i = $ag.increment(i); }, stop: null, own: () => [i], state: { at: "input.js:5:3", names: ["i"], kinds: "h", lines: [5], get: () => [i], set: ($v) => { [i] = $v; } } })); }
  let s = 0;
  { $ag.forStatement(() => { let i = 0; return [i]; }, ([i]) => ({ test: () => $ag.less(i, x), body: () => {
    const twice = () => $ag.mul(i, 2);
    s = $ag.add(s, twice());
  }, update: () => { i = $ag.increment(i); }, stop: null, own: () => [i], state: { at: "input.js:7:3", names: ["i", "s"], kinds: "hh", lines: [7, 9], get: () => [i, s], set: ($v) => { [i, s] = $v; } } })); }
  $ag.ifStatement($ag.greater(x, 0), () => {
    y = $ag.mul(x, 2);
  }, () => {
    y = 1;
  }, { at: "input.js:11:3", names: ["y"], kinds: "a", lines: [12], get: () => [y], set: ($v) => { [y] = $v; } });
  {
    let y = 100;
    y = $ag.increment(y);
  }
  return $ag.add($ag.add($ag.add($ag.add(makers[1](), $ag.mul(makers[2](), 10)), s), y), later());
}
