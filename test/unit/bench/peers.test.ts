// The comparison with other libraries, without them: when results agree, what goes over the wire, what a failure looks like.
import { Readable, Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { calm, median, trusted } from '../../../bench/canary.ts';
import { deviation } from '../../../bench/peers/agreement.ts';
import { measured } from '../../../bench/peers/measure.ts';
import { type Contender, start } from '../../../bench/peers/processes.ts';
import { showRow, showTime } from '../../../bench/peers/table.ts';
import { type Answer, type Arrays, type Command, messages, send } from '../../../bench/peers/wire.ts';

const of = (...data: number[]): Arrays => ({ y: { shape: [data.length], data: Float32Array.from(data) } });

describe('results', () => {
  it('differ relative to the largest element of an array', () => {
    expect(deviation(of(1, 2, 4), of(1, 2, 4))).toBe(0);
    expect(deviation(of(1, 2.5, 4), of(1, 2, 4))).toBe(0.125);
    expect(deviation(of(0, 0), of(0, 0))).toBe(0);
  });

  it('that have other names, sizes or infinities do not agree', () => {
    expect(deviation({ z: of(1).y! }, of(1))).toBe(Number.POSITIVE_INFINITY);
    expect(deviation({ ...of(1), z: of(1).y! }, of(1))).toBe(Number.POSITIVE_INFINITY);
    expect(deviation(of(1), of(1, 2))).toBe(Number.POSITIVE_INFINITY);
    expect(deviation(of(Number.NaN), of(1))).toBe(Number.POSITIVE_INFINITY);
    expect(deviation(of(Number.NaN, 1), of(Number.NaN, 1))).toBe(0);
    expect(deviation(of(1), of(0))).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('messages', () => {
  it('arrive whole, however the stream cuts them', async () => {
    const inputs: Arrays = { ...of(0.1, -0, Number.NaN), n: { shape: [2], data: Int32Array.of(-1, 7) } };
    const commands: Command[] = [
      { kind: 'prepare', workload: 'w', inputs, warmUpMs: 1 },
      { kind: 'sample', ms: 2, reading: false },
    ];
    let text = '';
    const out = new Writable({
      write(chunk, _, done) {
        text += chunk;
        done();
      },
    });
    for (const command of commands) send(out, command);
    const received: Command[] = [];
    for await (const m of messages<Command>(Readable.from(text.match(/[\s\S]{1,7}/g)!))) received.push(m);
    expect(received).toEqual(commands);
  });
});

describe('a process', () => {
  const workload = { name: 'w', title: 'a workload', inputs: () => of(1), tolerance: 0 };
  const effort = { rounds: 2, warmUpMs: 0, sampleMs: 0, mostMs: 1000 };
  // Answers each command with the next of these.
  const contender = (name: string, ...answers: Answer[]): Contender => ({
    name,
    command: [
      process.execPath,
      '-e',
      `const fs = require('node:fs'); const answers = ${JSON.stringify(answers)};
      process.stdin.on('data', () => {
        const next = answers.shift();
        if (next === undefined) throw new RangeError('nothing left to say');
        fs.writeSync(3, JSON.stringify(next) + '\\n');
      });`,
    ],
  });
  const sampled = (ms: number, canary = 1): Answer => ({ kind: 'sampled', ms, canary });

  it('that ends is a row, and the others go on', async () => {
    const prepared: Answer = { kind: 'prepared', results: {}, reads: false };
    const processes = [
      contender('good', prepared, sampled(2), sampled(4)),
      contender('crashing', prepared, sampled(1)),
      contender('lacking', { kind: 'absent', why: 'has none' }),
      { name: 'missing', command: ['./no-such-program'] as const },
    ].map(start);
    const row = await measured(workload, processes, effort);
    for (const p of processes) p.end();
    expect(row.entries.map(({ samples, failure, absent }) => ({ samples, failure, absent }))).toEqual([
      { samples: [2, 4], failure: undefined, absent: undefined },
      { samples: [1], failure: 'RangeError: nothing left to say', absent: undefined },
      { samples: [], failure: undefined, absent: 'has none' },
      { samples: [], failure: 'spawn ./no-such-program ENOENT', absent: undefined },
    ]);
    const text = showRow(row);
    expect(text).toMatch(/good +3\.00 ms +2\.00 ms +1\.00 ×/);
    expect(text).toMatch(/crashing +failed +RangeError: nothing left to say/);
    expect(text).toMatch(/lacking +– +has none/);
  });

  it('that was disturbed is asked again, and judged by what was not', async () => {
    const prepared: Answer = { kind: 'prepared', results: {}, reads: false };
    const processes = [
      contender('first', prepared, sampled(9, 1.2), sampled(3, 1), sampled(1, 1.1)),
      contender('always', prepared, ...[9, 8, 7, 6, 5].map((ms) => sampled(ms, 2)), sampled(4, 1)),
    ].map(start);
    const row = await measured(workload, processes, effort);
    for (const p of processes) p.end();
    expect(row.entries.map(({ samples, disturbed }) => ({ samples, disturbed }))).toEqual([
      { samples: [3, 1], disturbed: 1 },
      { samples: [4], disturbed: 5 },
    ]);
    expect(showRow(row)).toMatch(/first +2\.00 ms .* 1 disturbed/);
  });

  it('whose results differ is called out', async () => {
    const result = (x: string): Answer => ({
      kind: 'prepared',
      // As it looks on the wire: 1 and 2 as float32.
      results: { y: { shape: [1], data: { dtype: 'float32', base64: x } } } as never,
      reads: false,
    });
    const processes = [
      contender('one', result('AACAPw=='), sampled(1), sampled(1)),
      contender('two', result('AAAAQA=='), sampled(1), sampled(1)),
    ].map(start);
    const row = await measured(workload, processes, effort);
    for (const p of processes) p.end();
    expect(row.entries.map((e) => [e.agrees, e.deviation])).toEqual([
      [true, 0],
      [false, 1],
    ]);
    expect(showRow(row)).toContain('DIFFERS by 1');
  });
});

it('samples are calm when their canary was near its best; where none was, all count', () => {
  const samples = [1, 1.1, 1.5].map((canary) => ({ value: canary, canary }));
  expect(calm(samples, 1)).toEqual(samples.slice(0, 2));
  expect(trusted(samples, 1)).toEqual(samples.slice(0, 2));
  expect(trusted(samples, 0.5)).toEqual(samples);
});

it('times and medians', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 2, 3])).toBe(2.5);
  expect(median([])).toBeUndefined();
  expect([1234, 1.5, 0.0123, 0.000_5, undefined].map(showTime)).toEqual([
    '1234 ms',
    '1.50 ms',
    '12.3 µs',
    '500 ns',
    '–',
  ]);
});
