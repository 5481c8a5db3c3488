// Random programs in every executor, forward and gradient, to the bit: few here, 100,000 by `npm run fuzz`. And the failures of the past.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { caseOf, type Entry, tryProgram } from './campaign.ts';
import { disagreement } from './executors.ts';

const programs = 150;
const corpus = join(import.meta.dirname ?? new URL('.', import.meta.url).pathname, 'corpus');

describe('random programs', () => {
  it(`${programs} programs agree in every executor`, () => {
    for (let seed = 1; seed <= programs; seed++) {
      const failure = tryProgram(seed, 'thorough');
      if (failure !== undefined) expect.fail(failure);
    }
  });
});

describe('failures of the past', () => {
  const files = readdirSync(corpus).filter((f) => f.endsWith('.json'));
  it('there are some', () => expect(files.length).toBeGreaterThan(0));
  for (const file of files) {
    it(file, () => {
      const entry = JSON.parse(readFileSync(join(corpus, file), 'utf8')) as Entry;
      const found = disagreement(caseOf(entry), entry.mode);
      expect(found && `${found.executor}: ${found.what}`).toBeUndefined();
    });
  }
});
