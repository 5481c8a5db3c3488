// args: [3]
export function f(x) {
  const o = { x };
  delete o.x;
  const g = async () => {
    for await (const y of [x]) await y;
  };
  function* h() {
    yield new.target;
  }
  return g() + h();
}
