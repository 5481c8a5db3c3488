// args: [3] [-3]
export function f(x) {
  const kind = typeof 'text' === 'string' ? 1 : 0;
  const parsed = parseFloat('2.5') + JSON.stringify({ a: 1 }).length + new Array(3).length;
  const flags = Boolean(x > 0) ? 100 : 200;
  return Number(x) + kind + parsed + flags + (isNaN(x) ? 1000 : 0) + (isFinite(x) ? 2000 : 0) + (x instanceof Date ? 1 : 0);
}
