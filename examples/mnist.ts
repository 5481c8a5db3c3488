// Trains a 784-128-10 network on MNIST with one jitted Adam step: eager and compiled losses are compared to the bit, then the
// compiled step trains. Writes the IR and the generated source of the step to out/, and draws the learning curve.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import asciichart from 'asciichart';
import { SingleBar } from 'cli-progress';
import { jit, type Tensor, tensor } from 'tracejit';
import { DataError, type Dataset, loadMnist, pixels } from './mnist/data.ts';
import { adamStep, countCorrect, initialState, type State } from './mnist/model.ts';
import { seeded, shuffled } from './mnist/random.ts';

const batchSize = 128;
const evaluationSize = 1000;
const goal = 0.975;

interface Settings {
  readonly epochs: number;
  readonly comparedSteps: number;
  readonly folder: string;
  /** Images used for training; a smoke run takes few. */
  readonly images: number;
}

function settings(): Settings {
  const smoke = process.argv.includes('--smoke');
  const unknown = process.argv.slice(2).filter((word) => word !== '--smoke');
  if (unknown.length > 0) throw new DataError(`unknown argument ${unknown.join(' ')}; there is only --smoke`);
  return smoke
    ? { epochs: 1, comparedSteps: 2, folder: 'out', images: 6400 }
    : { epochs: 6, comparedSteps: 8, folder: 'out', images: 60_000 };
}

interface Batch {
  readonly images: Tensor;
  readonly labels: Tensor;
}

// The rows of one batch, gathered by the order of this epoch.
function batchOf(data: Dataset, rows: Int32Array): Batch {
  const images = new Float32Array(rows.length * pixels);
  const labels = new Int32Array(rows.length);
  rows.forEach((row, i) => {
    images.set(data.images.subarray(row * pixels, (row + 1) * pixels), i * pixels);
    labels[i] = data.labels[row]!;
  });
  return { images: tensor(images, { shape: [rows.length, pixels] }), labels: tensor(labels) };
}

function* batches(data: Dataset, order: Int32Array, size: number): Generator<Batch> {
  for (let at = 0; at + size <= order.length; at += size) yield batchOf(data, order.subarray(at, at + size));
}

// The learning rate falls along half a cosine, from `peak` to almost nothing.
function rateAt(step: number, steps: number, peak = 3e-3): number {
  return peak * 0.5 * (1 + Math.cos((Math.PI * step) / steps));
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
const percent = (x: number): string => `${(100 * x).toFixed(2)} %`;
const bits = (x: number): string =>
  new Uint32Array(new Float32Array([x]).buffer)[0]!.toString(16).padStart(8, '0');

/** The same steps by each executor, from the same state; throws unless every loss has the bits of the first. */
function compare(
  executors: Readonly<Record<string, typeof adamStep>>,
  start: () => State,
  data: Batch[],
): void {
  const runs = Object.entries(executors).map(([name, step]) => {
    let state = start();
    // Tracing and compiling is timed on its own, so one step is run first and forgotten.
    step(start(), data[0]!.images, data[0]!.labels, 1e-3);
    const from = performance.now();
    const losses = data.map(({ images, labels }) => {
      const [next, value] = step(state, images, labels, 1e-3);
      state = next;
      return value.item();
    });
    return { name, losses, ms: (performance.now() - from) / data.length };
  });
  const [eager, ...compiled] = runs as [(typeof runs)[0], ...typeof runs];
  console.log(`${data.length} steps from the same weights, eager and compiled:`);
  eager.losses.forEach((loss, i) => {
    const others = compiled.map(
      ({ name, losses }) => `${name} ${losses[i]!.toFixed(7)} (${bits(losses[i]!)})`,
    );
    const different = compiled.find(({ losses }) => !Object.is(losses[i], loss));
    console.log(
      `  step ${i + 1}   eager ${loss.toFixed(7)} (${bits(loss)})   ${others.join('   ')}   ${different ? 'DIFFERENT' : 'equal bits'}`,
    );
    if (different) throw new Error(`step ${i + 1}: the loss of ${different.name} differs from the eager one`);
  });
  for (const { name, ms } of runs) {
    const ratio = name === eager.name ? '' : `, ${(eager.ms / ms).toFixed(1)} times faster`;
    console.log(`  ${name.padEnd(12)} ${ms.toFixed(1).padStart(6)} ms per step${ratio}`);
  }
}

function main(): void {
  const { epochs, comparedSteps, folder, images } = settings();
  const train = loadMnist('train');
  const test = loadMnist('t10k');
  console.log(`MNIST: ${train.count} training images, ${test.count} test images\n`);

  const random = seeded(1);
  const order = (): Int32Array => shuffled(train.count, random).subarray(0, images);
  const step = jit(adamStep, { donate: [0], name: 'adam_step' });
  const inJavaScript = jit(adamStep, { donate: [0], name: 'adam_step', backend: 'js' });
  const correct = jit(countCorrect, { name: 'count_correct' });

  const first = [...batches(train, order().subarray(0, comparedSteps * batchSize), batchSize)];
  compare({ eager: adamStep, JavaScript: inJavaScript, compiled: step }, () => initialState(2), first);

  const sample = [initialState(2), first[0]!.images, first[0]!.labels, 1e-3] as const;
  const lowered = step.lower(...sample);
  console.log(`  compiled means ${lowered.backend}\n`);
  mkdirSync(folder, { recursive: true });
  const artifacts: readonly (readonly [string, string])[] = [
    ['adam_step.traced.ir', lowered.ir],
    ['adam_step.optimised.ir', lowered.stages.at(-1)!.text],
    ['adam_step.program.txt', lowered.source],
    ['adam_step.js', inJavaScript.lower(...sample).source],
  ];
  for (const [file, text] of artifacts) writeFileSync(join(folder, file), text);
  console.log(`wrote ${artifacts.map(([file]) => join(folder, file)).join(', ')}\n`);

  const testBatches = [
    ...batches(
      test,
      Int32Array.from({ length: test.count }, (_, i) => i),
      evaluationSize,
    ),
  ];
  const accuracy = (state: State): number => {
    let sum = 0;
    for (const b of testBatches) sum += correct(state.params, b.images, b.labels).item();
    return sum / test.count;
  };

  const stepsPerEpoch = Math.floor(images / batchSize);
  let state = initialState(2);
  const curve: number[] = [];
  let trained = 0;
  let reached = 0;
  for (let epoch = 0; epoch < epochs; epoch++) {
    const bar = new SingleBar({
      format: `epoch ${epoch + 1}/${epochs} {bar} {value}/{total} steps  loss {loss}  {accuracy}`,
      barsize: 24,
      hideCursor: true,
      noTTYOutput: true,
      notTTYSchedule: 60_000,
    });
    bar.start(stepsPerEpoch, 0, { loss: '-', accuracy: '' });
    const from = performance.now();
    let average = 0;
    let done = 0;
    for (const { images: x, labels: y } of batches(train, order(), batchSize)) {
      const [next, value] = step(state, x, y, rateAt(epoch * stepsPerEpoch + done, epochs * stepsPerEpoch));
      state = next;
      const loss = value.item();
      done++;
      average += (loss - average) / Math.min(done, 50);
      if (done % 20 === 0) curve.push(average);
      bar.update(done, { loss: average.toFixed(4) });
    }
    const ms = performance.now() - from;
    trained += ms;
    reached = accuracy(state);
    bar.update(done, {
      loss: average.toFixed(4),
      accuracy: `test accuracy ${percent(reached)}  ${seconds(ms)}`,
    });
    bar.stop();
  }

  console.log('\nloss (running mean of 50 steps):');
  const width = 72;
  const points = curve.filter((_, i) => i % Math.max(1, Math.ceil(curve.length / width)) === 0);
  console.log(asciichart.plot(points, { height: 10 }));
  console.log(`\ntest accuracy ${percent(reached)} after ${epochs} epochs, ${seconds(trained)} of training`);
  if (epochs > 1 && reached < goal) throw new Error(`the goal is ${percent(goal)}`);
}

try {
  main();
} catch (error) {
  if (!(error instanceof DataError)) throw error;
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
}
