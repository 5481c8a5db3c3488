// The algebra: rewrites that need no attributes, as text. Each is a test case by itself (test/rules), instantiated with special and random values.
import { parseRule, type Rule } from './pattern.ts';

// NaN propagates, ±0 and ±inf keep their signs: that is why `add(x, 0) => x` is not among the exact ones (-0 + 0 is 0).
// `pow(x, 2) => square(x)` is relaxed, since our pow is not correctly rounded: squares between two float32 go the other way.
// `stop_gradient` means something to autodiff only, which comes before this pass.
const texts = `
exact: neg(neg(x)) => x
exact: mul(x, 1) => x
exact: mul(1, x) => x
exact: mul(x, -1) => neg(x)
exact: mul(-1, x) => neg(x)
exact: div(x, 1) => x
exact: div(x, -1) => neg(x)
exact: div(1, x) => reciprocal(x)
exact: reciprocal(sqrt(x)) => rsqrt(x)
exact: div(x, C) => mul(x, inverse(C)) if powerOfTwo(C)
exact float32: add(x, -0) => x
exact float32: add(-0, x) => x
exact int32: add(x, 0) => x
exact int32: add(0, x) => x
exact: sub(x, 0) => x
exact float32: sub(-0, x) => neg(x)
exact int32: sub(0, x) => neg(x)
exact int32: sub(x, x) => 0
exact int32: mul(x, 0) => 0
exact int32: mul(0, x) => 0
exact: add(x, neg(y)) => sub(x, y)
exact: add(neg(y), x) => sub(x, y)
exact: sub(x, neg(y)) => add(x, y)
exact: mul(neg(x), neg(y)) => mul(x, y)
exact: mul(neg(x), C) => mul(x, minus(C))
exact: neg(mul(x, C)) => mul(x, minus(C))
exact: neg(mul(C, x)) => mul(x, minus(C))
exact: mul(C, neg(x)) => mul(x, minus(C))
exact: div(neg(x), neg(y)) => div(x, y)
exact: abs(neg(x)) => abs(x)
exact: abs(abs(x)) => abs(x)
exact: square(neg(x)) => square(x)
exact: square(abs(x)) => square(x)
exact: pow(x, 1) => x
exact: pow(x, 0) => 1
exact: relu(relu(x)) => relu(x)
exact: maximum(x, x) => x
exact: minimum(x, x) => x
exact: floor(floor(x)) => floor(x)
exact: ceil(ceil(x)) => ceil(x)
exact: round(round(x)) => round(x)
exact: trunc(trunc(x)) => trunc(x)
exact: less(x, x) => false
exact: greater(x, x) => false
exact float32: not_equal(x, x) => is_nan(x)
exact int32: equal(x, x) => true
exact int32: less_equal(x, x) => true
exact int32: greater_equal(x, x) => true
exact: logical_not(equal(x, y)) => not_equal(x, y)
exact: logical_not(not_equal(x, y)) => equal(x, y)
exact int32: logical_not(less(x, y)) => greater_equal(x, y)
exact int32: logical_not(less_equal(x, y)) => greater(x, y)
exact int32: logical_not(greater(x, y)) => less_equal(x, y)
exact int32: logical_not(greater_equal(x, y)) => less(x, y)
exact: logical_not(logical_not(x)) => x
exact: logical_and(x, true) => x
exact: logical_and(true, x) => x
exact: logical_and(x, false) => false
exact: logical_and(false, x) => false
exact: logical_and(x, x) => x
exact: logical_or(x, true) => true
exact: logical_or(true, x) => true
exact: logical_or(x, false) => x
exact: logical_or(false, x) => x
exact: logical_or(x, x) => x
exact: logical_xor(x, false) => x
exact: logical_xor(false, x) => x
exact: logical_xor(x, true) => logical_not(x)
exact: logical_xor(x, x) => false
exact: select(true, x, y) => x
exact: select(false, x, y) => y
exact: select(c, x, x) => x
exact: select(logical_not(c), x, y) => select(c, y, x)
exact: stop_gradient(x) => x
relaxed float32: add(x, 0) => x
relaxed float32: add(0, x) => x
relaxed float32: pow(x, 2) => square(x)
relaxed float32: pow(x, -1) => reciprocal(x)
relaxed float32: div(x, C) => mul(x, inverse(C)) if invertible(C)
relaxed float32: mul(mul(x, C), D) => mul(x, product(C, D)) if multiply(C, D)
relaxed float32: div(x, sqrt(y)) => mul(x, rsqrt(y))
relaxed float32: add(mul(x, y), mul(x, z)) => mul(x, add(y, z))
`;

export const rules: readonly Rule[] = texts.trim().split('\n').map(parseRule);

/** The rules that may apply to an op, by its name. */
export const rulesByOp: ReadonlyMap<string, readonly Rule[]> = new Map(
  rules.map(({ pattern: { op } }) => [op.name, rules.filter((rule) => rule.pattern.op === op)]),
);
