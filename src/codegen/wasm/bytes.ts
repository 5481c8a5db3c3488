// Bytes of a WebAssembly binary: numbers in the encodings of the format, written into an array that grows.
import { InternalError } from '../../util/errors.ts';

const scratch = new DataView(new ArrayBuffer(8));

export class Bytes {
  #data: Uint8Array = new Uint8Array(256);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** What has been written. A view: it is valid until the next write. */
  get view(): Uint8Array {
    return this.#data.subarray(0, this.#length);
  }

  byte(x: number): void {
    if (this.#length === this.#data.length) this.#grow(1);
    this.#data[this.#length++] = x;
  }

  append(bytes: Uint8Array): void {
    if (this.#length + bytes.length > this.#data.length) this.#grow(bytes.length);
    this.#data.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** An unsigned 32-bit integer in LEB128: seven bits a byte, the lowest first. */
  u32(x: number): void {
    if (!Number.isInteger(x) || x < 0 || x >= 2 ** 32) throw new InternalError(`${x} is no unsigned integer`);
    let rest = x;
    while (rest >= 0x80) {
      this.byte((rest & 0x7f) | 0x80);
      rest = Math.floor(rest / 0x80);
    }
    this.byte(rest);
  }

  /** A signed 32-bit integer in LEB128. */
  i32(x: number): void {
    if (!Object.is(x | 0, x)) throw new InternalError(`${x} is no int32`);
    let rest = x;
    for (;;) {
      const low = rest & 0x7f;
      rest >>= 7;
      if ((rest === 0 && low < 0x40) || (rest === -1 && low >= 0x40)) {
        this.byte(low);
        return;
      }
      this.byte(low | 0x80);
    }
  }

  f32(x: number): void {
    scratch.setFloat32(0, x, true);
    for (let i = 0; i < 4; i++) this.byte(scratch.getUint8(i));
  }

  f64(x: number): void {
    scratch.setFloat64(0, x, true);
    for (let i = 0; i < 8; i++) this.byte(scratch.getUint8(i));
  }

  /** A name: its length, then ASCII. */
  name(text: string): void {
    this.u32(text.length);
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code > 0x7e) throw new InternalError('names in a module are ASCII');
      this.byte(code);
    }
  }

  #grow(by: number): void {
    const larger = new Uint8Array(Math.max(2 * this.#data.length, this.#length + by));
    larger.set(this.view);
    this.#data = larger;
  }
}
