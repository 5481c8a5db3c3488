// What a contender's process and the run that started it say to each other: one JSON object a line, arrays as base64.
import type { Readable, Writable } from 'node:stream';

export interface NumericArray {
  readonly shape: readonly number[];
  /** Floats are float32, integers int32. */
  readonly data: Float32Array | Int32Array;
}

/** Arrays by their names. */
export type Arrays = Readonly<Record<string, NumericArray>>;

/** To a contender. `prepare` replaces what was prepared before; `sample` measures for about `ms` milliseconds. */
export type Command =
  | {
      readonly kind: 'prepare';
      readonly workload: string;
      readonly inputs: Arrays;
      readonly warmUpMs: number;
    }
  | { readonly kind: 'sample'; readonly ms: number; readonly reading: boolean };

/** From a contender, one for each command. */
export type Answer =
  /** Results to compare, and whether the time of reading them back can be measured too. */
  | { readonly kind: 'prepared'; readonly results: Arrays; readonly reads: boolean }
  /** Milliseconds of one run, and of the canary around it. */
  | { readonly kind: 'sampled'; readonly ms: number; readonly canary: number }
  /** It has no such workload; `why` says what it lacks. */
  | { readonly kind: 'absent'; readonly why: string }
  | { readonly kind: 'failed'; readonly message: string };

export function send(to: Writable, message: Command | Answer): void {
  to.write(`${JSON.stringify(message, encode)}\n`);
}

/** The messages of a stream as they come. */
export async function* messages<T extends Command | Answer>(from: Readable): AsyncGenerator<T> {
  let pieces: string[] = [];
  from.setEncoding('utf8');
  for await (const chunk of from) {
    const parts = (chunk as string).split('\n');
    pieces.push(parts[0]!);
    for (const part of parts.slice(1)) {
      yield JSON.parse(pieces.join(''), decode) as T;
      pieces = [part];
    }
  }
}

interface Encoded {
  readonly dtype: 'float32' | 'int32';
  readonly base64: string;
}

function encode(_key: string, value: unknown): unknown {
  if (!(value instanceof Float32Array || value instanceof Int32Array)) return value;
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  const encoded: Encoded = {
    dtype: value instanceof Float32Array ? 'float32' : 'int32',
    base64: bytes.toString('base64'),
  };
  return encoded;
}

function decode(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('base64' in value)) return value;
  const { dtype, base64 } = value as Encoded;
  // A copy: Buffer's memory may begin anywhere.
  const { buffer } = Uint8Array.from(Buffer.from(base64, 'base64'));
  return dtype === 'float32' ? new Float32Array(buffer) : new Int32Array(buffer);
}
