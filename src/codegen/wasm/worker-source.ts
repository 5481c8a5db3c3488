// What a worker thread runs, as text: no bundler or loader need know of it, and it imports nothing.

/**
 * The words of the control block, by their index in an Int32Array. Each group is in a cache line of its own.
 *
 * `claim` is what there is to do: the next part in its low 16 bits, how many threads may take part in the next 8, the number of parts in the highest 8.
 * A thread takes a part by raising it by one, if nobody did so before. While a part that was taken is not done, nothing of the job changes. `joined` has a bit for each worker that took one.
 * From `finished` on there is a word for each of the most parts there can be, 1 where a worker has done it.
 */
export const words = {
  claim: 0,
  done: 16,
  failed: 17,
  sleeping: 32,
  waiting: 33,
  ready: 34,
  program: 48,
  bytes: 49,
  length: 50,
  region: 51,
  stage: 52,
  status: 53,
  joined: 54,
  finished: 64,
  count: 128,
} as const;

/** The most parts of a job. */
export const mostParts: number = words.count - words.finished;

/** The word `status` is 0, or the number of the first part whose status is not 0 times this, and that status. */
export const statusesPerPart: number = 2 ** 24;

/** What a worker is told when it starts. */
export interface WorkerStart {
  readonly memory: WebAssembly.Memory;
  /** Of the control block. */
  readonly address: number;
  /** The number of the thread; the one that starts it is 0. */
  readonly thread: number;
  /** Milliseconds that it looks for work before it goes to sleep. */
  readonly patience: number;
  readonly words: typeof words;
  readonly statusesPerPart: number;
  /** How modules import the memory and functions, and what they export. */
  readonly imports: { readonly module: string; readonly name: string; readonly functions: readonly string[] };
  readonly exported: string;
}

/** A module for the program of this number, or null where the program is gone. */
export interface ModuleMessage {
  readonly program: number;
  readonly module: WebAssembly.Module | null;
}

/** A script that waits for a WorkerStart as a message, or finds it as the `workerData` of Node. */
export const workerSource = `'use strict';
function work({ memory, address, thread, patience, words, statusesPerPart, imports, exported, port }, receive) {
  const control = new Int32Array(memory.buffer, address, words.count);
  const stubs = Object.fromEntries(imports.functions.map((name) => [name, () => {}]));
  // Most recently used last.
  const programs = new Map();
  const add = (id, module) => {
    // Effects belong to stages that the first thread runs.
    const host = { [imports.module]: { [imports.name]: memory, ...stubs } };
    programs.set(id, new WebAssembly.Instance(module, host).exports[exported]);
  };
  const receiveAll = () => {
    for (let got = receive(port); got !== undefined; got = receive(port)) {
      const { program, module } = got.message;
      if (module === null) programs.delete(program);
      else add(program, module);
    }
  };
  const programOf = (id) => {
    if (port) {
      if (!programs.has(id)) receiveAll();
      return programs.get(id);
    }
    let run = programs.get(id);
    if (run === undefined) {
      const start = control[words.bytes] >>> 0;
      const bytes = new Uint8Array(memory.buffer).slice(start, start + control[words.length]);
      add(id, new WebAssembly.Module(bytes));
      // Nobody says that a program is gone, so it is forgotten some time.
      if (programs.size > 128) programs.delete(programs.keys().next().value);
    } else {
      programs.delete(id);
      programs.set(id, run);
    }
    return programs.get(id);
  };
  const note = (noted) => {
    for (;;) {
      const before = Atomics.load(control, words.status);
      if (before !== 0 && before < noted) return;
      if (Atomics.compareExchange(control, words.status, before, noted) === before) return;
    }
  };
  let last = 0;
  let lastProgram = null;
  Atomics.add(control, words.ready, 1);
  let idleSince = performance.now();
  let rounds = 0;
  for (;;) {
    const claim = Atomics.load(control, words.claim);
    const part = claim & 0xffff;
    const parts = claim >>> 24;
    if (part < parts && thread < ((claim >>> 16) & 0xff)) {
      if (Atomics.compareExchange(control, words.claim, claim, claim + 1) !== claim) continue;
      try {
        const id = control[words.program];
        if (id !== last) {
          lastProgram = programOf(id);
          last = id;
        }
        Atomics.or(control, words.joined, 1 << thread);
        const status = lastProgram(control[words.region], control[words.stage], thread, part, parts);
        if (status !== 0) note(part * statusesPerPart + status);
        else Atomics.store(control, words.finished + part, 1);
      } catch (error) {
        Atomics.store(control, words.failed, 1);
        throw error;
      } finally {
        Atomics.add(control, words.done, 1);
        if (Atomics.load(control, words.waiting) !== 0) Atomics.notify(control, words.done);
      }
      rounds = 0;
      idleSince = -1;
      continue;
    }
    if ((++rounds & 0xff) !== 0) continue;
    const now = performance.now();
    if (idleSince < 0) idleSince = now;
    else if (now - idleSince > patience) {
      if (port) receiveAll();
      Atomics.add(control, words.sleeping, 1);
      Atomics.wait(control, words.claim, claim);
      Atomics.sub(control, words.sleeping, 1);
      idleSince = -1;
    }
  }
}
if (typeof process === 'object' && process.versions && process.versions.node) {
  const { receiveMessageOnPort, workerData } = require('node:worker_threads');
  work(workerData, receiveMessageOnPort);
} else onmessage = (event) => work(event.data);
`;
