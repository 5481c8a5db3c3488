// args: [3] [-3]
export function f(x) {
  class Counter {
    #n = 0;
    static made = 0;
    constructor(start) {
      this.#n = start;
      this.last = null;
    }
    step(by) {
      if (by > 0) this.#n += by;
      else this.#n--;
      this.last = by;
      return this;
    }
    get value() {
      return this.#n;
    }
  }
  const counter = new Counter(10);
  return counter.step(x).step(1).value + counter.last;
}
