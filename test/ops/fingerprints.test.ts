// The bits of every op on its samples, as stored fingerprints: another engine or machine proves that it computes the same.
// `npm run bless` rewrites them; a fingerprint that changes without a change of the op's meaning is a bug.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { flatData, type NdView } from '../../src/array/nd.ts';
import { showType } from '../../src/ir/types.ts';
import { registry } from '../../src/ops/index.ts';
import '../../src/tensor/eager.ts';
import { samples } from './samples.ts';

const file = fileURLToPath(new URL('./fingerprints.json', import.meta.url));

// FNV-1a, 32 bits, over types and bytes; every NaN counts as the same.
function fingerprint(results: readonly NdView[]): string {
  let hash = 0x811c9dc5;
  const byte = (b: number): void => {
    hash = Math.imul(hash ^ b, 0x01000193) >>> 0;
  };
  for (const y of results) {
    for (const c of showType(y)) byte(c.charCodeAt(0));
    const data = flatData(y);
    // The bits of each element, from the least significant byte on: the same on every machine.
    const bits = data instanceof Float32Array ? new Uint32Array(data.slice().buffer) : data;
    data.forEach((x, i) => {
      const word = Number.isNaN(x) ? 0x7fc00000 : bits[i]!;
      for (let k = 0; k < data.BYTES_PER_ELEMENT; k++) byte((word >>> (8 * k)) & 255);
    });
  }
  return hash.toString(16).padStart(8, '0');
}

it('every op gives the stored bits on its samples', () => {
  const found = Object.fromEntries(
    [...registry]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, def]) => {
        const results = samples[name]!.flatMap(({ args, attrs, regions = [] }) => {
          const types = def.infer(args, attrs, regions);
          return def.eval(args, { attrs, regions, types });
        });
        return [name, fingerprint(results)];
      }),
  );
  if (process.env.BLESS === '1') writeFileSync(file, `${JSON.stringify(found, null, 2)}\n`);
  expect(found).toEqual(JSON.parse(readFileSync(file, 'utf8')));
});
