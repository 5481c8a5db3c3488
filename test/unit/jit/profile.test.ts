// f.profile: what it says of kernels, and that running them leaves everything as it was.

import {
  ArgumentError,
  cond,
  DonationError,
  forLoop,
  Generator,
  gather,
  jit,
  linspace,
  type Tensor,
  tensor,
  variable,
} from 'tracejit';
import { describe, expect, it, vi } from 'vitest';

const backends = ['wasm', 'js'] as const;

// Two kernels: sums over different axes.
const f = (x: Tensor): Tensor => x.reshape([10, 100]).exp().sum(0).log().sum();

describe.each(backends)('a profile, %s', (backend) => {
  const x = linspace(0, 1, 1000);

  it('names every kernel, with the work that lower() counts', () => {
    const g = jit(f, { backend, name: 'normal' });
    const { cost } = g.lower(x);
    const profile = g.profile(x);
    expect(cost.length).toBeGreaterThan(1);
    expect(profile.kernels.map(({ name, flops, bytes }) => ({ kernel: name, flops, bytes }))).toEqual(cost);
    expect(profile.backend).toBe(g.lower(x).backend);
    for (const { calls, ms, types, ofLimit, threads, waitingMs, aloneMs } of profile.kernels) {
      expect([threads, waitingMs, aloneMs]).toEqual([1, 0, null]);
      expect(calls).toBe(1);
      expect(ms).toBeGreaterThanOrEqual(0);
      expect(types).toMatch(/^f32\[.* -> f32\[/);
      expect(ofLimit === null || ofLimit > 0).toBe(true);
    }
    expect(profile.runs).toBeGreaterThanOrEqual(5);
    const { ms, guardsMs, argumentsMs, resultsMs } = profile;
    expect(guardsMs).toBeGreaterThan(0);
    expect(argumentsMs).toBeGreaterThanOrEqual(0);
    expect(resultsMs).toBeGreaterThanOrEqual(0);
    expect(ms).toBeGreaterThan(guardsMs);
    expect([profile.threads, profile.aloneMs]).toEqual([1, null]);
    // Of the last run: in order, and one behind the other.
    expect(profile.calls.map((c) => c.kernel)).toEqual(profile.kernels.map((_, i) => i));
    profile.calls.slice(1).forEach(({ start }, i) => {
      expect(start).toBeGreaterThanOrEqual(profile.calls[i]!.start + profile.calls[i]!.ms);
    });
    expect(g.traces).toHaveLength(1);
  });

  it('reads as a table and as a trace', () => {
    const profile = jit(f, { backend, name: 'normal' }).profile(x);
    const lines = String(profile).split('\n');
    expect(lines[0]).toMatch(/^normal: [\d.]+ µs a call, the median of \d+; (wasm|javascript): asked for$/);
    expect(lines[1]).toMatch(
      /^ {2}kernel +tensors +calls +µs +time +bytes +flops +GB\/s +GFLOP\/s +of limit$/,
    );
    for (const { name } of profile.kernels) expect(String(profile)).toContain(`  ${name} `);
    for (const part of ['all kernels', 'guards', 'arguments in', 'results out'])
      expect(lines.find((line) => line.startsWith(`  ${part} `))).toMatch(/[\d.]+ +[\d.]+ %/);
    expect(lines.at(-1)).toMatch(/^limits of one thread here: [\d.]+ GFLOP\/s/);
    const { traceEvents } = JSON.parse(profile.chromeTrace()) as { traceEvents: Record<string, unknown>[] };
    expect(traceEvents[0]).toMatchObject({ ph: 'M', args: { name: 'normal' } });
    expect(traceEvents.slice(1).map((e) => e.name)).toEqual(profile.kernels.map((k) => k.name));
    expect(traceEvents[1]).toMatchObject({ ph: 'X', args: { flops: profile.kernels[0]!.flops } });
  });

  it('counts the calls in loops and branches', () => {
    const g = jit(
      (t: Tensor) =>
        forLoop(
          0,
          10,
          (i: Tensor, s: Tensor) =>
            cond(
              i.less(7),
              () => s.mul(t),
              () => s.div(t).exp(),
            ),
          t,
        ),
      { backend },
    );
    const { kernels, calls } = g.profile(x.add(1));
    const callsOf = (op: string): number =>
      kernels.filter((k) => k.name.includes(op)).reduce((n, k) => n + k.calls, 0);
    expect(callsOf('_mul')).toBe(7);
    expect(callsOf('_div')).toBe(3);
    const { bytes } = kernels.find((k) => k.name.includes('_mul'))!;
    expect(bytes).toBe(7 * 3 * 4000);
    expect(calls.filter((c) => kernels[c.kernel]!.name.includes('_div'))).toHaveLength(3);
  });

  it('leaves variables, generators and donated tensors as they were', () => {
    const count = variable(tensor(new Float32Array(5000)));
    const rng = new Generator(1);
    const other = new Generator(1);
    const step = jit(
      (state: Tensor, y: Tensor) => {
        count.assignAdd(y);
        return state.add(rng.normal([5000])).add(y);
      },
      { backend, donate: [0] },
    );
    const y = tensor(new Float32Array(5000).fill(2));
    const state = tensor(new Float32Array(5000).fill(1));
    step.profile(state, y);
    expect(count.sum().item()).toBe(0);
    expect(state.sum().item()).toBe(5000);
    const expected = state
      .add(other.normal([5000]))
      .add(y)
      .toArray();
    expect(step(state, y).toArray()).toEqual(expected);
    expect(count.sum().item()).toBe(10_000);
    expect(() => step.profile(state, y)).toThrow(DonationError);
    step.profile(tensor(new Float32Array(5000)), y);
    expect(count.sum().item()).toBe(10_000);
  });

  it('of a call that fails fails like it, and changes nothing', () => {
    const pick = jit((t: Tensor, i: Tensor) => gather(t.mul(2), i), { backend });
    const bad = tensor([9], { dtype: 'int32' });
    const messageOf = (g: () => unknown): string => {
      try {
        g();
      } catch (error) {
        expect(error).toBeInstanceOf(ArgumentError);
        return (error as ArgumentError).summary;
      }
      throw new Error('nothing was thrown');
    };
    expect(messageOf(() => pick.profile(tensor([1, 2, 3]), bad))).toBe(
      messageOf(() => pick(tensor([1, 2, 3]), bad)),
    );
    expect(pick(tensor([1, 2, 3]), tensor([2], { dtype: 'int32' })).toArray()).toEqual([6]);
  });

  it('takes numbers, booleans and static arguments as a call does', () => {
    const g = jit((t: Tensor, by: number, sign: string) => (sign === '-' ? t.mul(by).neg() : t.mul(by)), {
      backend,
      static: [2],
    });
    expect(g.profile(x, 3, '-').kernels).toHaveLength(1);
    expect(g.traces).toHaveLength(1);
  });
});

describe('a profile', () => {
  it('of a function that computes nothing has no kernels', () => {
    const profile = jit((t: Tensor) => t).profile(tensor([1]));
    expect(profile.kernels).toEqual([]);
    expect(String(profile)).toContain('all kernels');
  });

  it('has no limits where they cannot be measured', async () => {
    vi.stubGlobal('WebAssembly', undefined);
    vi.resetModules();
    const fresh = await import('../../../src/index.ts');
    const profile = fresh.jit((t: Tensor) => t.exp()).profile(fresh.tensor([1, 2]) as never);
    expect(profile.limits).toBeNull();
    expect(profile.kernels[0]!.ofLimit).toBeNull();
    expect(String(profile)).not.toContain('limits');
    vi.unstubAllGlobals();
    vi.resetModules();
  });
});
