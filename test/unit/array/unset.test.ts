// Large arrays that are not filled with zeros: of the right kind, and in memory that is used again.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { allocateUnset } from '../../../src/array/unset.ts';
import { ArgumentError } from '../../../src/util/errors.ts';

test.each([3, 2 ** 20])('%i elements of each dtype', (size) => {
  for (const [dtype, kind] of [
    ['float32', Float32Array],
    ['int32', Int32Array],
    ['bool', Uint8Array],
  ] as const) {
    const array = allocateUnset(dtype, size);
    expect(array).toBeInstanceOf(kind);
    expect(array.length).toBe(size);
    expect(array.byteOffset).toBe(0);
    expect(array.buffer.byteLength).toBe(array.byteLength);
  }
});

test('arrays of some KB share buffers, and no elements', () => {
  const sizes = [256, 1000, 3000, 4095];
  const arrays = Array.from({ length: 40 }, (_, i) => {
    const dtype = i % 3 === 0 ? 'int32' : 'float32';
    return allocateUnset(dtype, sizes[i % sizes.length]!).fill(i);
  });
  arrays.forEach((array, i) => {
    expect(array.length).toBe(sizes[i % sizes.length]);
    expect(array.every((x) => x === i)).toBe(true);
  });
  expect(new Set(arrays.map((a) => a.buffer)).size).toBeLessThan(arrays.length / 2);
});

test('what there is no memory for is an error', () => {
  expect(() => allocateUnset('float32', 2 ** 50)).toThrow(ArgumentError);
});

const root = fileURLToPath(new URL('../../../', import.meta.url));

// Writes results of 4 MB one after the other, as a loop that waits for something between its steps does, and prints how many pages the system had to give for each.
const program = `
import { allocateUnset } from './src/array/unset.ts';
const results = async (count) => {
  for (let i = 0; i < count; i++) {
    allocateUnset('float32', 2 ** 20).fill(i);
    if (i % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  }
};
const faults = () => process.resourceUsage().minorPageFault;
(async () => {
  await results(100);
  const before = faults();
  await results(300);
  console.log((faults() - before) / 300);
})();
`;

test.runIf(process.platform === 'linux')('pages are used again', () => {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ['--import', 'tsx', '--input-type=module', '--eval', program],
    { cwd: root, encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '' } },
  );
  expect(status, stderr).toBe(0);
  // Of 1024 that each has.
  expect(Number(stdout)).toBeLessThan(300);
});
