// A series of sines learnt by an LSTM: from twenty-four values the next one, then a hundred values from its own predictions.
// --smoke trains for a few steps only.
import asciichart from 'asciichart';
import { stack, type Tensor, tensor } from 'tracejit';
import { Dense, input, LSTM, sequential, setRandomSeed } from 'tracejit/nn';
import { Adam, cosineDecay } from 'tracejit/optim';

const smoke = process.argv.includes('--smoke');
const [length, epochs, batchSize] = [24, smoke ? 2 : 30, 32];
const goal = 1e-3;

const series = Float32Array.from({ length: 1200 }, (_, t) => 0.6 * Math.sin(t / 4) + 0.3 * Math.sin(t / 2.3));

function windows(from: number, count: number): [Tensor, Tensor] {
  const rows = Array.from({ length: count }, (_, i) => tensor(series.subarray(from + i, from + i + length)));
  const next = series.subarray(from + length, from + length + count);
  return [stack(rows).expandDims(-1), tensor(next, { shape: [count, 1] })];
}

async function main(): Promise<void> {
  setRandomSeed(1);
  const model = sequential([input([length, 1]), new LSTM(16), new Dense(1)]);
  const [x, y] = windows(0, 800);
  const steps = epochs * Math.ceil(800 / batchSize);
  model.compile({
    optimizer: new Adam({ lr: cosineDecay({ initial: 1e-2, decaySteps: steps }), globalClipNorm: 1 }),
    loss: 'meanSquaredError',
  });
  await model.fit(x, y, { epochs, batchSize });
  const { loss } = model.evaluate(...windows(850, 300));
  console.log(`mean squared error on the rest of the series ${loss!.toExponential(2)}`);

  const seen = [...series.subarray(850, 850 + length)];
  for (let i = 0; i < 100; i++) {
    const window = tensor(seen.slice(-length), { shape: [1, length, 1] });
    seen.push((model.predict(window) as Tensor).item());
  }
  const truth = [...series.subarray(850 + length, 950 + length)];
  console.log('a hundred values by itself, and the truth:');
  console.log(
    asciichart.plot([seen.slice(length), truth], {
      height: 10,
      colors: [asciichart.green, asciichart.default],
    }),
  );
  if (!smoke && loss! > goal) throw new Error(`the goal is ${goal}`);
}

await main();
