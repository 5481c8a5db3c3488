// What the source transform costs for a module of a thousand lines.
import { transform } from 'tracejit/autograph';
import type { Suite } from '../suite.ts';

// Thirty lines with a bit of everything, in functions with names of their own.
function part(i: number): string {
  return `
export const step${i} = jit((params, batch, rate = 0.1) => {
  const { w, b } = params;
  let loss = 0;
  let count = 0;
  outer: for (let epoch = 0; epoch < 10; epoch++) {
    for (const [x, y] of batch) {
      const error = x.matmul(w) + b - y;
      if (error.max() > 100 && epoch > 2) break outer;
      if (count % 2 === 0) {
        count += 1;
        continue;
      }
      loss += error ** 2;
      count++;
    }
    while (loss > 1) {
      loss = loss / 2;
      rate = rate > 0.01 ? rate * 0.5 : 0.01;
    }
  }
  switch (count) {
    case 0:
      return [params, 0];
    default:
      params.last = \`loss \${loss}\`;
  }
  const next = { w: w - rate * loss, b: Math.max(b, -rate) };
  return [next, loss / count];
});
function plain${i}(a, b) { return a + b; }`;
}

const lines = 1000;
const source = `import { jit } from 'tracejit';\n${Array.from({ length: Math.floor(lines / 31) }, (_, i) => part(i)).join('\n')}`;

export const autograph: Suite = {
  name: 'autograph',
  cases: () => [
    {
      name: `transform, ${source.split('\n').length} lines`,
      variants: [{ name: 'to code with a source map', run: () => void transform(source, 'steps.js') }],
    },
  ],
};
