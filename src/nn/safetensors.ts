// The safetensors format: an 8-byte length, a JSON header with the dtype, shape and place of every tensor, then the elements.
// https://github.com/huggingface/safetensors#format. A file is believed only after every length and offset has been checked.
import { ArgumentError, type DType, type Shape, type Tensor, type TypedArray, tensor } from '../index.ts';
import { isPlainObject } from './plain.ts';

const codes: Readonly<Record<DType, string>> = { float32: 'F32', int32: 'I32', bool: 'BOOL' };
const dtypes = new Map(Object.entries(codes).map(([dtype, code]) => [code, dtype as DType]));
const bytesOf: Readonly<Record<DType, number>> = { float32: 4, int32: 4, bool: 1 };
const lengthBytes = 8;
// As in the reference implementation.
const maxHeader = 100_000_000;

/** A file with these tensors, in the order of their names. float32, int32 and bool are written as F32, I32 and BOOL. */
export function writeSafetensors(tensors: Readonly<Record<string, Tensor>>): Uint8Array {
  const names = Object.keys(tensors).sort();
  const header: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  let end = 0;
  for (const name of names) {
    if (name === '__metadata__')
      throw new ArgumentError("writeSafetensors: no tensor can be named '__metadata__'");
    const { dtype, shape, size } = tensors[name]!;
    const begin = end;
    end += size * bytesOf[dtype];
    header[name] = { dtype: codes[dtype], shape, data_offsets: [begin, end] };
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  // The elements begin at a multiple of 8, as the format asks; the header is padded with spaces.
  const headerSize = Math.ceil(json.length / 8) * 8;
  const file = new Uint8Array(lengthBytes + headerSize + end).fill(
    0x20,
    lengthBytes,
    lengthBytes + headerSize,
  );
  const view = new DataView(file.buffer);
  view.setUint32(0, headerSize, true);
  file.set(json, lengthBytes);
  let at = lengthBytes + headerSize;
  for (const name of names) {
    const { dtype } = tensors[name]!;
    for (const x of tensors[name]!.data()) {
      if (dtype === 'float32') view.setFloat32(at, x, true);
      else if (dtype === 'int32') view.setInt32(at, x, true);
      else view.setUint8(at, x);
      at += bytesOf[dtype];
    }
  }
  return file;
}

interface Entry {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: Shape;
  readonly begin: number;
  readonly end: number;
}

/**
 * The tensors of a file by name. Throws an ArgumentError that names what is wrong: a length that does not fit, a header that is no JSON, a dtype other than
 * F32, I32 and BOOL, a shape that does not fill its bytes, tensors that overlap or leave bytes between them.
 */
export function readSafetensors(bytes: Uint8Array): Readonly<Record<string, Tensor>> {
  if (!(bytes instanceof Uint8Array)) throw damaged('expected a Uint8Array');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < lengthBytes)
    throw damaged(`${bytes.length} bytes are no file; its first 8 are a length`);
  const headerSize = view.getUint32(0, true) + view.getUint32(4, true) * 2 ** 32;
  if (headerSize > maxHeader || headerSize > bytes.length - lengthBytes)
    throw damaged(
      `the header announces ${headerSize} bytes, the file has ${bytes.length - lengthBytes} more`,
    );
  const data = lengthBytes + headerSize;
  const header = parse(bytes.subarray(lengthBytes, data));
  const entries = Object.entries(header)
    .filter(([name]) => name !== '__metadata__')
    .map(([name, entry]) => checkedEntry(name, entry))
    .sort((a, b) => a.begin - b.begin || a.end - b.end);
  let at = 0;
  for (const { name, begin, end } of entries) {
    if (begin !== at)
      throw damaged(`'${name}' begins at byte ${begin}, but the tensor before it ends at ${at}`);
    at = end;
  }
  if (at !== bytes.length - data)
    throw damaged(`the tensors take ${at} bytes, the file has ${bytes.length - data} for them`);
  return Object.fromEntries(entries.map((entry) => [entry.name, elements(view, data, entry)]));
}

function parse(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw damaged('the header is no JSON');
  }
  if (!isPlainObject(header)) throw damaged('the header is no JSON object');
  return header;
}

const isCount = (x: unknown): x is number => Number.isSafeInteger(x) && (x as number) >= 0;

function checkedEntry(name: string, entry: unknown): Entry {
  if (name === '__proto__') throw damaged("a tensor named '__proto__' is refused");
  if (!isPlainObject(entry)) throw damaged(`'${name}' has no entry with dtype, shape and data_offsets`);
  const { dtype: code, shape, data_offsets: offsets } = entry;
  const dtype = dtypes.get(code as string);
  if (dtype === undefined)
    throw damaged(`'${name}' has dtype ${JSON.stringify(code)}; there are ${[...dtypes.keys()].join(', ')}`);
  if (!Array.isArray(shape) || !shape.every(isCount))
    throw damaged(`'${name}' has the shape ${JSON.stringify(shape)}, which is none`);
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount))
    throw damaged(`'${name}' has the data_offsets ${JSON.stringify(offsets)}, which are no pair of bytes`);
  const [begin, end] = offsets as [number, number];
  const size = shape.reduce((a: number, b: number) => a * b, bytesOf[dtype]);
  if (end - begin !== size)
    throw damaged(`'${name}' has ${end - begin} bytes, but ${code as string}[${shape}] takes ${size}`);
  return { name, dtype, shape, begin, end };
}

function elements(view: DataView, data: number, { dtype, shape, begin, name }: Entry): Tensor {
  const count = shape.reduce((a, b) => a * b, 1);
  const out: TypedArray =
    dtype === 'float32'
      ? new Float32Array(count)
      : dtype === 'int32'
        ? new Int32Array(count)
        : new Uint8Array(count);
  const from = data + begin;
  for (let i = 0; i < count; i++) {
    if (dtype === 'float32') out[i] = view.getFloat32(from + 4 * i, true);
    else if (dtype === 'int32') out[i] = view.getInt32(from + 4 * i, true);
    else {
      out[i] = view.getUint8(from + i);
      if (out[i]! > 1) throw damaged(`'${name}' is BOOL, but its element ${i} is the byte ${out[i]}`);
    }
  }
  return tensor(out, { shape, dtype });
}

function damaged(what: string): ArgumentError {
  return new ArgumentError(`readSafetensors: ${what}`);
}
