// Writes docs/ops.md from the op records, so that it cannot go stale: `npm run docs`. A test compares.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { registry } from '../src/ops/index.ts';
import type { OpDef } from '../src/ops/opdef.ts';

const groups: readonly (readonly [OpDef['lower']['kind'], string, string])[] = [
  [
    'point',
    'Elementwise',
    'Each result element comes from the operands’ elements at the same index. Operands have one shape and dtype.',
  ],
  [
    'view',
    'Views',
    'Results are elements of the operand at other indices: no arithmetic, and in eager mode no copy.',
  ],
  ['index', 'Indexing', 'Results are elements of the operands at computed indices, or constants.'],
  ['reduce', 'Reductions', 'Many elements become one, in the order that [numerics.md](numerics.md) fixes.'],
  ['contract', 'Contractions', 'Sums of products, accumulated in index order.'],
  ['kernel', 'Ops with a kernel of their own', 'Sequential by nature.'],
  ['effect', 'Effects', 'Run by the host, in program order. They have no results.'],
  ['host', 'The compiler’s own', 'Not called by users: they appear in traced and optimised functions.'],
];

function entry(def: OpDef): string {
  const attrs = Object.entries(def.attrs as Readonly<Record<string, string>>)
    .map(([name, kind]) => `${name}: ${kind}`)
    .join(', ');
  return `| \`${def.name}\` | ${attrs === '' ? '' : `\`${attrs}\``} | ${def.vjp ? 'yes' : ''} | ${def.doc.replaceAll('|', '\\|').replaceAll('\n', ' ')} |`;
}

/** The text of docs/ops.md. */
export function opsPage(): string {
  const parts = [
    '# The ops',
    '',
    'Generated from the op records of `src/ops` by `npm run docs`. Names are those of the IR text; in code they are camel case, as functions and as',
    'methods of `Tensor`. Functions that are no ops themselves (softmax, gelu, matmul, einsum …) are plain compositions of these; see `src/tensor/composites`.',
  ];
  for (const [kind, title, about] of groups) {
    const defs = [...registry.values()]
      .filter((d) => d.lower.kind === kind)
      .sort((a, b) => a.name.localeCompare(b.name));
    parts.push(
      '',
      `## ${title}`,
      '',
      about,
      '',
      '| op | attributes | vjp | meaning |',
      '| --- | --- | --- | --- |',
      ...defs.map(entry),
    );
  }
  return `${parts.join('\n')}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(fileURLToPath(new URL('../docs/ops.md', import.meta.url)), opsPage());
}
