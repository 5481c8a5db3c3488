// Blocks that small results are copied to, those of several calls one after the other: making an array for each takes longer than filling it.
import type { Part } from '../../array/storage.ts';

// A result that is kept, and that nobody has asked for an array, keeps its block.
const blockSize = 4096;

let block = new Float32Array(0);
let used = 0;

/** A copy of the elements, in a block. */
export function inBlock(elements: Float32Array): Part {
  const { length } = elements;
  // It would hardly share a block with others.
  if (length > blockSize / 2) return { block: elements.slice(), start: 0 };
  if (length > block.length - used) {
    block = new Float32Array(blockSize);
    used = 0;
  }
  const start = used;
  block.set(elements, start);
  used += length;
  return { block, start };
}
