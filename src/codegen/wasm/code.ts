// The instructions of one function, as they are written. Locals are numbered in the order they are asked for, so those of outer loops come first.
import { InternalError } from '../../util/errors.ts';
import { Bytes } from './bytes.ts';
import type { Signature, ValueType, WasmFunction } from './module.ts';
import {
  type LaneOpcode,
  laneOpcodes,
  type MemoryOpcode,
  memoryOpcodes,
  type Opcode,
  opcodes,
} from './opcodes.ts';

const lanesOfV128 = [0, 1, 2, 3] as const;

export class Code {
  readonly #signature: Signature;
  readonly #locals: ValueType[] = [];
  #bytes = new Bytes();

  constructor(signature: Signature) {
    this.#signature = signature;
  }

  /** The function that has been written. */
  finish(): WasmFunction {
    return { ...this.#signature, locals: this.#locals, body: this.#bytes.view.slice() };
  }

  /** How many locals there are, parameters included. */
  get localCount(): number {
    return this.#signature.params.length + this.#locals.length;
  }

  local(type: ValueType): number {
    this.#locals.push(type);
    return this.localCount - 1;
  }

  /** What `write` writes, kept back. */
  apart(write: () => void): Uint8Array {
    const outer = this.#bytes;
    const inner = new Bytes();
    this.#bytes = inner;
    write();
    this.#bytes = outer;
    return inner.view;
  }

  append(instructions: Uint8Array): void {
    this.#bytes.append(instructions);
  }

  op(...names: readonly Opcode[]): void {
    for (const name of names) this.#opcode(opcodes[name]);
  }

  get(local: number): void {
    this.#withIndex(0x20, local);
  }
  set(local: number): void {
    this.#withIndex(0x21, local);
  }
  tee(local: number): void {
    this.#withIndex(0x22, local);
  }
  setGlobal(index: number): void {
    this.#withIndex(0x24, index);
  }
  call(functionIndex: number): void {
    this.#withIndex(0x10, functionIndex);
  }

  i32(value: number): void {
    this.#bytes.byte(0x41);
    this.#bytes.i32(value);
  }
  f32(value: number): void {
    this.#bytes.byte(0x43);
    this.#bytes.f32(value);
  }
  f64(value: number): void {
    this.#bytes.byte(0x44);
    this.#bytes.f64(value);
  }
  /** Four times the same 32 bits. */
  v128(lane: { readonly f32: number } | { readonly i32: number }): void {
    this.v128Of(lanesOfV128.map(() => lane));
  }
  /** Twice the same 64 bits. */
  f64x2(value: number): void {
    const words = new DataView(new ArrayBuffer(8));
    words.setFloat64(0, value, true);
    this.v128Of([0, 4, 0, 4].map((at) => ({ i32: words.getInt32(at, true) })));
  }
  v128Of(lanes: readonly ({ readonly f32: number } | { readonly i32: number })[]): void {
    this.#opcode(0xfd0c);
    const word = new DataView(new ArrayBuffer(4));
    for (const lane of lanes) {
      if ('f32' in lane) word.setFloat32(0, lane.f32, true);
      else word.setInt32(0, lane.i32, true);
      for (let i = 0; i < 4; i++) this.#bytes.byte(word.getUint8(i));
    }
  }

  /** A load or store at the address on the stack plus `offset`. */
  memory(name: MemoryOpcode, offset: number): void {
    const { code, align } = memoryOpcodes[name];
    this.#opcode(code);
    this.#bytes.u32(align);
    this.#bytes.u32(offset);
  }
  /** Stores one 32-bit lane of the vector on the stack. */
  store32Lane(offset: number, lane: number): void {
    this.#opcode(0xfd5a);
    this.#bytes.u32(0);
    this.#bytes.u32(offset);
    this.#lane(lane);
  }
  /** Copies bytes: target, source and count are on the stack. */
  memoryCopy(): void {
    this.#opcode(0xfc0a);
    this.#bytes.byte(0);
    this.#bytes.byte(0);
  }

  lane(name: LaneOpcode, lane: number): void {
    this.#opcode(0xfd00 + laneOpcodes[name]);
    this.#lane(lane);
  }
  /** Four lanes out of the eight of two vectors. */
  shuffle(lanes: readonly number[]): void {
    this.#opcode(0xfd0d);
    for (const lane of lanes) for (let i = 0; i < 4; i++) this.#bytes.byte(4 * lane + i);
  }

  /** `do { body } while (condition)`, where `body` leaves the condition on the stack. */
  doWhile(body: () => void): void {
    this.#bytes.byte(0x03);
    this.#bytes.byte(0x40);
    body();
    this.#withIndex(0x0d, 0);
    this.#bytes.byte(0x0b);
  }

  /** `while (condition) { body }`, where `condition` leaves an i32 on the stack. */
  whileLoop(condition: () => void, body: () => void): void {
    this.#bytes.byte(0x03);
    this.#bytes.byte(0x40);
    condition();
    this.branch(() => {
      body();
      // The loop is the second block around.
      this.#withIndex(0x0c, 1);
    });
    this.#bytes.byte(0x0b);
  }

  /** Branches on the i32 on the stack. With a type, both arms leave a value of it. */
  branch(then: () => void, otherwise: (() => void) | null = null, type: ValueType | null = null): void {
    this.#bytes.byte(0x04);
    this.#bytes.byte(type === null ? 0x40 : blockTypes[type]);
    then();
    if (otherwise !== null) {
      this.#bytes.byte(0x05);
      otherwise();
    }
    this.#bytes.byte(0x0b);
  }

  #opcode(code: number): void {
    if (code > 0xff) {
      // The relaxed SIMD instructions continue behind 0xfdff.
      this.#bytes.byte(code >= 0xfd00 ? 0xfd : 0xfc);
      this.#bytes.u32(code >= 0xfd00 ? code - 0xfd00 : code - 0xfc00);
    } else this.#bytes.byte(code);
  }

  #withIndex(code: number, index: number): void {
    this.#bytes.byte(code);
    this.#bytes.u32(index);
  }

  #lane(lane: number): void {
    if (!(lane >= 0 && lane < 4)) throw new InternalError(`a vector has no lane ${lane}`);
    this.#bytes.byte(lane);
  }
}

const blockTypes: Readonly<Record<ValueType, number>> = { i32: 0x7f, f32: 0x7d, f64: 0x7c, v128: 0x7b };
