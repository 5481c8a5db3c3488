// One engine, five ways to write for it: the derivative of x² at 5, a small network, a loop whose length the data say and a logistic regression in each,
// with the bits compared, and the
// TensorFlow 2 step with and without jit.
import { jit, type Tensor } from 'tracejit';
import { functions } from './dialects/functions.ts';
import { type Dialect, loopStarts, network } from './dialects/problem.ts';
import { pytorch } from './dialects/pytorch.ts';
import { tensorflow1 } from './dialects/tensorflow1.ts';
import { makeStep, tensorflow2, tensorflow2Compiled } from './dialects/tensorflow2.ts';
import { theano } from './dialects/theano.ts';

const dialects: readonly Dialect[] = [
  tensorflow1,
  theano,
  pytorch,
  tensorflow2,
  tensorflow2Compiled,
  functions,
];

/** The bits of tensors, as one short number that differs where any of them does. */
function fingerprint(tensors: readonly Tensor[]): string {
  let hash = 0x811c9dc5;
  for (const t of tensors)
    for (const word of new Uint32Array(t.data().buffer)) hash = Math.imul(hash ^ word, 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map((row) => row[i]!.length)));
  const line = (row: readonly string[]): string => row.map((cell, i) => cell.padEnd(widths[i]!)).join('   ');
  return rows.map((row) => line(row).trimEnd()).join('\n');
}

interface Shown {
  readonly name: string;
  readonly derivative: string;
  readonly network: string;
  readonly loop: string;
  readonly losses: string;
  readonly first: string;
  readonly last: string;
}

function show(dialect: Dialect): Shown {
  const losses = dialect.train();
  return {
    name: dialect.name,
    derivative: String(dialect.derivative().item()),
    network: fingerprint([dialect.predict()]),
    loop: fingerprint(loopStarts.map((x) => dialect.loop(x))),
    losses: fingerprint(losses),
    first: losses[0]!.item().toFixed(6),
    last: losses.at(-1)!.item().toFixed(6),
  };
}

/** Median milliseconds per call. */
function time(f: () => void, rounds: number): number {
  const times = Array.from({ length: rounds }, () => {
    const from = performance.now();
    f();
    return performance.now() - from;
  }).sort((a, b) => a - b);
  return times[rounds >> 1]!;
}

const shown = dialects.map(show);
console.log(
  table([
    ['dialect', 'd(x²) at 5', 'network, bits', 'loop, bits', 'first loss', 'last loss', 'all losses, bits'],
    ...shown.map((s) => [s.name, s.derivative, s.network, s.loop, s.first, s.last, s.losses]),
  ]),
);
const [reference] = shown as [Shown, ...Shown[]];
const different = shown.filter(
  (s) =>
    s.derivative !== '10' ||
    s.network !== reference.network ||
    s.loop !== reference.loop ||
    s.losses !== reference.losses,
);
console.log(
  different.length === 0
    ? '\nEvery dialect gives the same bits.'
    : `\nDifferent: ${different.map((s) => s.name).join(', ')}`,
);

const [eager, compiled] = [makeStep(), jit(makeStep(), { name: 'step' })];
const { inputs, targets } = network;
const losses = [eager, compiled].map((step) =>
  fingerprint(Array.from({ length: 10 }, () => step(inputs, targets))),
);
const [slow, fast] = [
  time(() => eager(inputs, targets), 31),
  time(() => compiled(inputs, targets), 301),
] as const;
console.log(
  `\n${table([
    ['TensorFlow 2 step, 100 → 50 → 10, batch 64', 'ms', 'losses, bits'],
    ['eager', slow.toFixed(3), losses[0]!],
    ['jit', fast.toFixed(3), losses[1]!],
  ])}\n\njit: ${(slow / fast).toFixed(1)} times faster.`,
);
if (different.length > 0 || losses[0] !== losses[1]) process.exitCode = 1;
