// The other way around than bytes.ts: numbers and names read from a WebAssembly binary, one after the other.
import { invariant } from '../../util/errors.ts';

export class Reader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #end: number;
  #at: number;

  constructor(bytes: Uint8Array, start = 0, end: number = bytes.length) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#at = start;
    this.#end = end;
  }

  get done(): boolean {
    return this.#at >= this.#end;
  }

  byte(): number {
    invariant(!this.done, 'a module that ends in the middle');
    return this.#bytes[this.#at++]!;
  }

  u32(): number {
    let [value, scale, byte] = [0, 1, 0x80];
    while (byte >= 0x80) {
      byte = this.byte();
      value += (byte & 0x7f) * scale;
      scale *= 0x80;
    }
    return value;
  }

  i32(): number {
    let [value, shift, byte] = [0, 0, 0x80];
    while (byte >= 0x80) {
      byte = this.byte();
      value |= (byte & 0x7f) << shift;
      shift += 7;
    }
    return shift < 32 && (byte & 0x40) !== 0 ? value | (-1 << shift) : value;
  }

  f32(): number {
    return this.#view.getFloat32(this.#take(4), true);
  }
  f64(): number {
    return this.#view.getFloat64(this.#take(8), true);
  }
  /** The 32 bits that follow as an integer, which keeps those of a NaN. */
  word(): number {
    return this.#view.getInt32(this.#take(4), true);
  }

  name(): string {
    return String.fromCharCode(...this.list((reader) => reader.byte()));
  }

  /** A count, and that many items. */
  list<T>(item: (reader: Reader) => T): T[] {
    return Array.from({ length: this.u32() }, () => item(this));
  }

  /** A length, and what lies in that many bytes. */
  part(): Reader {
    const length = this.u32();
    const start = this.#take(length);
    return new Reader(this.#bytes, start, start + length);
  }

  #take(count: number): number {
    const at = this.#at;
    invariant(at + count <= this.#end, 'a module that ends in the middle');
    this.#at += count;
    return at;
  }
}
