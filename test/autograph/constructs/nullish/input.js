// args: [3] [-3]
export function f(x) {
  const o = { a: undefined, p: { double: (k) => k * 2 } };
  let calls = 0;
  const never = () => {
    calls += 1;
    return 1;
  };
  let y = null;
  y ??= x * 2;
  o.a ??= x + 1;
  o.a ??= never();
  return (x ?? never()) + y + o.a + calls + (o?.p?.double(x) ?? 0) + (o.r?.s.t ?? 1) + (x?.nothing?.(1) ?? 4);
}
