// args: [3] [-3]
import * as $ag from "tracejit/autograph/runtime"; export function f(x) { 'use jit'; $ag.enter({ at: "input.js:2:8" });
  class Counter {
    #n = 0;
    static made = 0;
    constructor(start) { $ag.fresh(this);
      $ag.set(this, $ag.hidden("#n", "class 1", ($v) => $v.#n, ($v, $v2) => { $v.#n = $v2; }), start);
      $ag.set(this, "last", null);
    }
    step(by) {
      $ag.ifStatement($ag.greater(by, 0), () => { $ag.update(this, $ag.hidden("#n", "class 1", ($v) => $v.#n, ($v, $v2) => { $v.#n = $v2; }), ($v) => $ag.add($v, by)); }, () => { $ag.update(this, $ag.hidden("#n", "class 1", ($v) => $v.#n, ($v, $v2) => { $v.#n = $v2; }), $ag.decrement); }, { at: "input.js:11:7" });
      $ag.set(this, "last", by);
      return this;
    }
    get value() {
      return this.#n;
    }
  }
  const counter = $ag.fresh(new Counter(10));
  return $ag.add(counter.step(x).step(1).value, counter.last);
}
