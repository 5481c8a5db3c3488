// The fixed order of sums: part of the meaning of every reduction, so that SIMD and threads can follow it and all executors agree to the bit.

/**
 * The fixed order of a reduction: index i goes to block ⌊i / block⌋; inside a block to lane i mod `lanes`. Every lane starts at the op's identity and takes its elements in index order;
 * the lanes of a block are combined as a tree, lane j with lane j+lanes/2, then halves again (((0∘4)∘(2∘6)) ∘ ((1∘5)∘(3∘7)) for 8); block results are combined first to last.
 * The result of an empty reduction is the identity. An extent of at most one block has no outer combination.
 * Order matters only to f32 `add` and `mul`; for the others any order gives the same bits.
 */
export const reduceOrder = { lanes: 8, block: 1024 } as const;
