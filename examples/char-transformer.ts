// A small transformer that learns English character by character from the documentation of the package terser (BSD-2-Clause), then writes some.
// --smoke trains for a few steps only.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { arange, Generator, jit, noGrad, type Tensor, tensor } from 'tracejit';
import {
  Dense,
  Embedding,
  LayerNorm,
  Module,
  MultiHeadAttention,
  setRandomSeed,
  softmaxCrossEntropy,
} from 'tracejit/nn';
import { AdamW, cosineDecay, warmup } from 'tracejit/optim';

const smoke = process.argv.includes('--smoke');
const [context, width, heads, layers, batchSize] = [64, 64, 4, 2, 16];
const steps = smoke ? 20 : 1500;
const goal = 1.9;

const text = readFileSync(
  join(dirname(createRequire(import.meta.url).resolve('terser/package.json')), 'README.md'),
  'utf8',
);
const alphabet = [...new Set(text)].sort();
const codes = Int32Array.from(text, (character) => alphabet.indexOf(character));

class Block extends Module {
  attentionNorm = new LayerNorm();
  attention = new MultiHeadAttention({ heads, keySize: width / heads });
  denseNorm = new LayerNorm();
  expand = new Dense(4 * width, { activation: 'gelu' });
  contract = new Dense(width);
  forward(x: Tensor): Tensor {
    const normal = this.attentionNorm(x);
    const seen = x.add(this.attention(normal, normal, { causal: true }));
    return seen.add(this.contract(this.expand(this.denseNorm(seen))));
  }
}

class Transformer extends Module {
  characters = new Embedding(alphabet.length, width);
  places = new Embedding(context, width);
  blocks = Array.from({ length: layers }, () => new Block());
  norm = new LayerNorm();
  scores = new Dense(alphabet.length);
  forward(ids: Tensor): Tensor {
    const start = this.characters(ids).add(this.places(arange(ids.shape[1]!)));
    return this.scores(this.norm(this.blocks.reduce((x, block) => block(x), start)));
  }
}

setRandomSeed(1);
const net = new Transformer();
const optimizer = new AdamW(
  {
    lr: warmup(cosineDecay({ initial: 3e-3, decaySteps: steps }), { steps: Math.min(50, steps) }),
    globalClipNorm: 1,
  },
  net,
);
const step = jit((ids: Tensor, next: Tensor) => {
  optimizer.zeroGrad();
  const loss = softmaxCrossEntropy(next, net(ids));
  loss.backward();
  optimizer.step();
  return loss;
});

// Passages from anywhere, and the characters that follow each of theirs.
const rng = new Generator(2);
function batch(): [Tensor, Tensor] {
  const starts = rng.uniform([batchSize], 0, codes.length - context - 1).data();
  const passages = (shift: number): Tensor => {
    const rows = new Int32Array(batchSize * context);
    starts.forEach((at, i) => {
      rows.set(codes.subarray(Math.floor(at) + shift, Math.floor(at) + shift + context), i * context);
    });
    return tensor(rows, { shape: [batchSize, context] });
  };
  return [passages(0), passages(1)];
}

const likely = jit((ids: Tensor, last: Tensor) => {
  const scores = noGrad(() => net(ids)).gather(last.cast('int32').expandDims(0), 1);
  return rng.categorical(scores.reshape([alphabet.length]).mul(1.5));
});

function write(start: string, count: number): string {
  const ids = Array.from(start, (c) => alphabet.indexOf(c));
  for (let i = 0; i < count; i++) {
    const seen = ids.slice(-context);
    const padded = [...seen, ...new Array<number>(context - seen.length).fill(0)];
    ids.push(likely(tensor([padded], { dtype: 'int32' }), tensor(seen.length - 1)).item());
  }
  return ids.map((id) => alphabet[id]).join('');
}

const begin = performance.now();
let average = Math.log(alphabet.length);
for (let i = 0; i < steps; i++) {
  const loss = step(...batch()).item();
  average += (loss - average) / Math.min(i + 1, 50);
  if ((i + 1) % Math.ceil(steps / 10) === 0)
    console.log(
      `step ${i + 1}/${steps}  loss ${average.toFixed(3)}  ${((performance.now() - begin) / 1000).toFixed(0)} s`,
    );
}
console.log(write('This option ', smoke ? 20 : 400));
if (!smoke && average > goal) throw new Error(`the goal is a loss of ${goal}`);
