// How a worker thread is started in Node and in a page, and how many threads there are; nothing is imported that a page does not have.
import { type ModuleMessage, type WorkerStart, workerSource } from './worker-source.ts';

export interface WorkerHandle {
  terminate(): unknown;
  /** Hands it a module, or says that one is gone. Null where no message reaches a worker that never waits for one. */
  readonly send: ((message: ModuleMessage) => void) | null;
}

interface NodeProcess {
  getBuiltinModule?(name: string): unknown;
}
interface NodePort {
  postMessage(message: unknown): void;
  unref(): void;
}
interface NodeWorker {
  terminate(): unknown;
  unref(): void;
  on(event: 'error' | 'exit', listener: () => void): void;
}
interface NodeThreads {
  readonly Worker: new (source: string, options: object) => NodeWorker;
  readonly MessageChannel: new () => { readonly port1: NodePort; readonly port2: NodePort };
}

function nodeProcess(): NodeProcess | undefined {
  return (globalThis as { process?: NodeProcess }).process;
}

function nodeModule(name: string): unknown {
  return nodeProcess()?.getBuiltinModule?.(name);
}

function nodeThreads(): NodeThreads | null {
  return (nodeModule('node:worker_threads') as NodeThreads | undefined) ?? null;
}

/** How many threads run at the same time here. */
export function availableThreads(): number {
  const os = nodeModule('node:os') as
    | { availableParallelism?(): number; cpus(): readonly unknown[] }
    | undefined;
  if (os === undefined) return globalThis.navigator?.hardwareConcurrency ?? 1;
  return os.availableParallelism?.() ?? os.cpus().length;
}

/** Why no worker can be started here, or null where one can, as far as that can be told before. */
export function whyNoThreads(): string | null {
  // Where there are Node's modules there is that of threads. It is loaded with the first worker: that takes milliseconds, and compiling asks too.
  if (nodeProcess()?.getBuiltinModule !== undefined) return null;
  if (typeof Worker === 'undefined') return 'this host has no workers';
  if (globalThis.crossOriginIsolated === true) return null;
  return 'this page is not cross-origin isolated, so that its memory cannot be shared (it must be served with the headers Cross-Origin-Opener-Policy and Cross-Origin-Embedder-Policy)';
}

/** A page must not sleep; elsewhere the thread that calls may. */
export const mayWait: boolean = typeof document === 'undefined';

/** A worker, or null where the host has none. `failed` is called when it ends. */
export function startWorker(start: WorkerStart, failed: () => void): WorkerHandle | null {
  try {
    if (whyNoThreads() !== null) return null;
    const node = nodeThreads();
    return node === null ? startInPage(start, failed) : startInNode(node, start, failed);
  } catch {
    // A content-security policy, or no more threads: one does without.
    return null;
  }
}

function startInNode(node: NodeThreads, start: WorkerStart, failed: () => void): WorkerHandle {
  const { port1, port2 } = new node.MessageChannel();
  const worker = new node.Worker(workerSource, {
    eval: true,
    workerData: { ...start, port: port2 },
    transferList: [port2],
    execArgv: [],
    name: `tracejit ${start.thread}`,
  });
  worker.on('error', failed);
  worker.on('exit', failed);
  // A process may end although its threads wait for work.
  worker.unref();
  port1.unref();
  return { terminate: () => worker.terminate(), send: (message) => port1.postMessage(message) };
}

function startInPage(start: WorkerStart, failed: () => void): WorkerHandle {
  const url = URL.createObjectURL(new Blob([workerSource], { type: 'text/javascript' }));
  const worker = new Worker(url, { name: `tracejit ${start.thread}` });
  worker.onerror = failed;
  worker.postMessage(start);
  return { terminate: () => worker.terminate(), send: null };
}
