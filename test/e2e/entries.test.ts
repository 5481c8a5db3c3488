// Every entry works by itself: what it needs for its effects it loads, whatever else a program imports.
import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';

const programs: Readonly<Record<string, string>> = {
  'index.ts': `
    const x = entry.tensor(5, { requiresGrad: true });
    x.pow(2).backward();
    console.log(x.grad.item());`,
  'graph.ts': `
    const x = entry.symbol('x');
    const [d] = entry.gradients(x.pow(2), [x]);
    console.log(entry.compileFunction([x], d)(5).item());`,
};

describe.each(Object.entries(programs))('%s', (file, program) => {
  it('differentiates x² at 5 in a process of its own', () => {
    const code = `const entry = await import('./src/${file}');${program}`;
    const output = execFileSync(
      process.execPath,
      ['--import', 'tsx', '--input-type=module', '--eval', code],
      { encoding: 'utf8' },
    );
    expect(output.trim()).toBe('10');
  });
});
