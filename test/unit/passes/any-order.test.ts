// Passes are independent: any of them, in any order, more than once, keeps every bit. The pipeline's order is for the best code only.
import { expect, it } from 'vitest';
import { runPasses } from '../../../src/passes/pass.ts';
import { pipeline } from '../../../src/passes/pipeline.ts';
import { seeded } from '../../../src/util/rng.ts';
import { programs, randomFuncs } from './random-funcs.ts';

it('random lists of passes keep every bit of random programs', () => {
  const random = seeded(7);
  for (const { seed, func, args } of randomFuncs(programs)) {
    const length = 1 + Math.floor(random() * 6);
    const list = Array.from({ length }, () => pipeline[Math.floor(random() * pipeline.length)]!);
    // With little fuel, the function between two rewrites is tried as well.
    const fuel = random() < 0.5 ? Math.floor(random() * 10) : Number.POSITIVE_INFINITY;
    const options = { check: true, shuffle: seed, samples: [args], fuel };
    expect(() => runPasses(func, list, options), list.map((p) => p.name).join()).not.toThrow();
  }
});
