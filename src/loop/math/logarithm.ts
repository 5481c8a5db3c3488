// log and log1p.
import type { ScalarFunction } from '../kernel.ts';
import * as k from '../make.ts';
import { defineF32 } from './define.ts';

// Bits of sqrt(1/2): the mantissa is taken from [sqrt(1/2), sqrt(2)), so that x near 1 has exponent 0 and nothing cancels.
const sqrtHalfBits = 0x3f3504f3;

/**
 * log x = n ln 2 + log m with m in [sqrt(1/2), sqrt(2)), f = m - 1 (exact) and s = f / (2 + f): log(1 + f) = f - f²/2 + s (f²/2 + R(s²)).
 * The polynomial R and the split of ln 2 are those of FreeBSD's e_logf.c (Sun Microsystems, Ian Lance Taylor).
 */
export const log: ScalarFunction = defineF32('log', (x, step) => {
  const subnormal = step('subnormal', k.compare('lt', x, k.f32(2 ** -126)));
  const normal = k.select(subnormal, k.mul(x, k.f32(2 ** 23)), x);
  const offset = step('offset', k.sub(k.bitsOf(normal), k.i32(sqrtHalfBits)));
  const n = step(
    'n',
    k.convert('f32', k.sub(k.binary('shr', offset, k.i32(23)), k.select(subnormal, k.i32(23), k.i32(0)))),
  );
  const m = k.fromBits(k.add(k.and(offset, k.i32(0x7fffff)), k.i32(sqrtHalfBits)));
  const f = step('f', k.sub(m, k.f32(1)));
  const s = step('s', k.div(f, k.add(k.f32(2), f)));
  const z = step('z', k.mul(s, s));
  const w = step('w', k.mul(z, z));
  const odd = k.mul(w, k.add(k.f32(0.40000972152), k.mul(w, k.f32(0.24279078841))));
  const even = k.mul(z, k.add(k.f32(0.66666662693), k.mul(w, k.f32(0.28498786688))));
  const rest = step('rest', k.add(even, odd));
  const half = step('half', k.mul(k.mul(k.f32(0.5), f), f));
  const low = k.add(k.mul(s, k.add(half, rest)), k.mul(n, k.f32(9.0580006145e-6)));
  const y = step('y', k.add(k.add(k.sub(low, half), f), k.mul(n, k.f32(0.69313812256))));
  // A comparison with NaN is false, so NaN and +infinity come back as they are.
  return k.select(
    k.compare('eq', x, k.f32(0)),
    k.f32(-Infinity),
    k.select(k.compare('lt', x, k.f32(0)), k.f32(NaN), k.select(k.compare('lt', x, k.f32(Infinity)), y, x)),
  );
});
