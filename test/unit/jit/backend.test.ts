// The backend option: who runs a program and why, and that WebAssembly behaves like JavaScript towards its surroundings.

import { configure, jit, type Tensor, tensor, variable } from 'tracejit';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ArgumentError, OptionError } from '../../../src/util/errors.ts';

const range = (n: number): Tensor => tensor(Float32Array.from({ length: n }, (_, i) => i / 8));
const heavy = (x: Tensor): Tensor => x.tanh().exp().mul(x);

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('who runs it', () => {
  const backendOf = (f: (x: Tensor) => Tensor, n: number, backend?: 'auto' | 'wasm' | 'js'): string =>
    jit(f, backend === undefined ? {} : { backend }).lower(range(n)).backend;

  it('is WebAssembly where there is much to compute, JavaScript where there is little', () => {
    expect(backendOf(heavy, 10_000)).toMatch(/^wasm: it saves more/);
    expect(backendOf((x) => x.sum(), 2)).toMatch(
      /^javascript: a call of WebAssembly would save \d+ ns and cost \d+ ns/,
    );
  });

  it('is who was asked for', () => {
    expect(backendOf(heavy, 10_000, 'js')).toBe('javascript: asked for');
    expect(backendOf(heavy, 2, 'wasm')).toBe('wasm: asked for');
    expect(backendOf(heavy, 10_000, 'auto')).toMatch(/^wasm: /);
  });

  it('can be said for all functions', () => {
    const before = configure({ backend: 'wasm' });
    try {
      expect(backendOf(heavy, 2)).toBe('wasm: asked for');
      expect(backendOf(heavy, 2, 'js')).toBe('javascript: asked for');
    } finally {
      configure(before);
    }
    expect(() => configure({ backend: 'cuda' as 'js' })).toThrow(OptionError);
  });

  it('is JavaScript where there is no WebAssembly, or it is forbidden', async () => {
    const forbidden = {
      validate: () => true,
      Module: class {
        constructor() {
          throw new EvalError('blocked by policy');
        }
      },
    };
    for (const [host, why] of [
      [undefined, 'this host has no WebAssembly'],
      [{ validate: () => false }, 'WebAssembly has no SIMD on this host'],
      [forbidden, 'WebAssembly is forbidden on this host: blocked by policy'],
    ] as const) {
      vi.stubGlobal('WebAssembly', host);
      vi.resetModules();
      const fresh = await import('../../../src/index.ts');
      const x = fresh.tensor(new Float32Array(10_000).fill(1));
      const f = (y: typeof x): typeof x => y.tanh().exp();
      expect(fresh.jit(f).lower(x).backend).toBe(`javascript: ${why}`);
      expect(() => fresh.jit(f, { backend: 'wasm' })(x)).toThrow(why);
      vi.unstubAllGlobals();
      // What these modules believe of the host is not for the tests that come after.
      vi.resetModules();
    }
    // What these modules found out about their host holds for no other test.
    vi.resetModules();
  });

  it('shows the module as its source, and the kernels it was made of', () => {
    const low = jit(heavy, { backend: 'wasm' }).lower(range(64));
    expect(low.source).toMatch(/^\(module\n/);
    expect(low.source).toContain('(func $k0_');
    expect(low.program).toContain('kernel @k0');
    expect(low.program).toContain('by 4 lanes');
  });
});

describe('towards its surroundings WebAssembly', () => {
  const backend = 'wasm';

  it('assigns variables and takes donated arguments', () => {
    const total = variable(range(6));
    const add = jit(
      (x: Tensor) => {
        total.assign(total.add(x));
        return x.mul(2);
      },
      { backend, donate: [0] },
    );
    for (let i = 0; i < 3; i++) expect(add(range(6)).toArray()).toEqual(range(6).mul(2).toArray());
    expect(total.mul(1).toArray()).toEqual(range(6).mul(4).toArray());
  });

  it('reads what was captured, and what changes between calls', () => {
    const scale = variable(tensor(2));
    const offset = range(5);
    const f = jit((x: Tensor) => x.mul(scale).add(offset), { backend });
    expect(f(range(5)).toArray()).toEqual(range(5).mul(3).toArray());
    scale.assign(tensor(4));
    expect(f(range(5)).toArray()).toEqual(range(5).mul(5).toArray());
  });

  it('gives results that later calls leave alone', () => {
    const f = jit((x: Tensor) => x.add(1), { backend });
    const first = f(range(9));
    f(range(9).mul(100));
    expect(first.toArray()).toEqual(range(9).add(1).toArray());
  });

  it('fails with the message of the condition, and leaves variables as they were', () => {
    const seen = variable(range(4));
    const pick = jit(
      (x: Tensor, at: Tensor) => {
        const found = x.gather(at);
        seen.assign(seen.add(found));
        return found;
      },
      { backend },
    );
    const wrong = tensor(Int32Array.of(0, 1, 99, 2));
    expect(() => pick(range(4), wrong)).toThrow(ArgumentError);
    expect(() => pick(range(4), wrong)).toThrow(/out of/);
    expect(seen.mul(1).toArray()).toEqual(range(4).toArray());
    expect(pick(range(4), tensor(Int32Array.of(3, 2, 1, 0))).toArray()).toEqual([0.375, 0.25, 0.125, 0]);
  });
});
