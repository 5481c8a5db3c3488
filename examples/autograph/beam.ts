// A search like a beam search: several sequences grow by their likeliest continuations, and the loop ends as soon as the best of them is finished.
import { concat, jit, random, type Tensor, tensor, topK, zeros } from 'tracejit';

const [width, longest, stop] = [3, 12, 0];

/** Scores of each next word after each word. Word 0 ends a sequence. */
export function languageModel(words: number, seed: number): Tensor {
  return random.normal(random.key(seed), [words, words]).mul(2).logSoftmax();
}

/** The best sequence found from `first`, its score, and how many words were looked for. Finished sequences stay as they are. */
export const search = jit(
  (table: Tensor, first: Tensor) => {
    const words = table.shape[1]!;
    let last = first.broadcastTo([width]);
    // At first all are one sequence: only one of them may continue.
    let scores = tensor([0, -1e9, -1e9]);
    let sequences = zeros([width, longest], 'int32');
    let length = tensor(0, { dtype: 'int32' });
    for (let t = 0; t < longest; t++) {
      const finished = last.equal(stop);
      const next = table.gather(last);
      const stay = tensor([0]).concat([zeros([words - 1]).sub(1e9)]);
      const total = finished
        .expandDims(1)
        .where(stay, next)
        .add(scores.expandDims(1))
        .reshape([width * words]);
      const best = topK(total, width);
      const from = best.indices.div(words).floor().cast('int32');
      last = best.indices.mod(words);
      scores = best.values;
      const column = last.expandDims(1);
      const rows = sequences.gather(from);
      sequences = concat([rows.slice(null, [1, longest]), column], 1);
      length = length.add(1);
      if (last.slice(0).equal(stop)) break;
    }
    return { sequence: sequences.slice(0), score: scores.slice(0), length };
  },
  { name: 'search' },
);

export function main(): void {
  const { sequence, score, length } = search(languageModel(6, 4), tensor(3, { dtype: 'int32' }));
  const found = (sequence.toArray() as number[]).slice(-length.item());
  console.log(`3 ${found.join(' ')}, score ${score.item().toFixed(3)}`);
}
