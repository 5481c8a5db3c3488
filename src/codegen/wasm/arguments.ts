// How the operands of a call get into the memory and out of it: arrays are used where they are if they lie there, else through pieces of the program's own.
import type { TypedArray } from '../../array/nd.ts';
import type { Elements, Part } from '../../array/storage.ts';
import type { Program } from '../../lower/program.ts';
import { constantsOf } from '../memory.ts';
import { inBlock } from './blocks.ts';
import { type Argument, bytesPer, isPacked, type Layout, smallBytes } from './layout.ts';
import { givePiece, takePiece, wasmViews } from './memory.ts';
import { hold, newPiece, type Piece, pieceOf, vacate } from './residence.ts';

/** What of the memory belongs to a program, and goes back with it. */
interface Possession {
  region: number | undefined;
  readonly pieces: Piece[];
}

const dropped = new FinalizationRegistry<Possession>(({ region, pieces }) => {
  if (region !== undefined) givePiece(region);
  for (const piece of pieces) {
    vacate(piece);
    givePiece(piece.address);
  }
});

// Counts the calls of all programs: a piece that one works on is not written for another argument of the same call.
let calls = 0;

/** An argument small enough to be copied at each call, to and from one place. */
interface Fixed extends Argument {
  readonly at: number;
  readonly offset: number;
  /** Do its arrays never change? Then the one whose elements are there need not be copied again; small enough to be kept. */
  readonly lasts: boolean;
  last: TypedArray | null;
  /** Its place in the memory as it was when it was looked at last: it begins at `first` of `memory`, and is all of `view`. */
  first: number;
  memory: TypedArray;
  view: TypedArray;
}

/** An argument whose address is in the table of the region. */
interface Found extends Argument {
  readonly at: number;
  readonly entry: number;
  readonly bytes: number;
  /** The program's own pieces for it: one, and another while results of the last call are arguments of the next. */
  readonly own: Piece[];
  /** The piece of this call. */
  piece: Piece | null;
  /** What is in the table. */
  address: number;
  /** The last call whose elements were taken away while it ran. */
  taken: number;
  /** The array of the last call where it lies in the memory and always will. */
  resident: TypedArray | null;
}

export class Arguments {
  readonly #name: string;
  readonly #layout: Layout;
  readonly #into: readonly Fixed[];
  readonly #out: readonly Fixed[];
  readonly #found: readonly Found[];
  readonly #possession: Possession = { region: undefined, pieces: [] };
  // Until the first call, when they go where they stay.
  #constants: readonly TypedArray[];
  // The results that go out packed, all of them; and the first, counted in elements of the memory.
  #packed: Float32Array = new Float32Array(0);
  #firstPacked = 0;
  // The number of the call that runs.
  #call = 0;
  // The memory that all these views are of.
  #viewed: Uint8Array | null = null;

  /** All of it is given back when `owner` has been collected. */
  constructor(program: Program, layout: Layout, owner: object, lasting: readonly number[] = []) {
    this.#name = program.name;
    this.#layout = layout;
    this.#constants = constantsOf(program);
    const fixed: Fixed[] = [];
    const found: Found[] = [];
    layout.arguments.forEach((argument, at) => {
      if (argument === null || !(argument.comesIn || argument.goesOut)) return;
      const { where, size, dtype } = argument;
      if (where.kind === 'region')
        fixed.push({ ...argument, at, offset: where.offset, ...unplaced, lasts: lasting.includes(at) });
      else {
        const bytes = size * bytesPer[dtype];
        const call = { own: [], piece: null, address: 0, taken: 0, resident: null };
        found.push({ ...argument, at, entry: where.entry, bytes, ...call });
      }
    });
    this.#into = fixed.filter((a) => a.comesIn);
    this.#out = fixed.filter((a) => a.goesOut);
    this.#found = found;
    dropped.register(owner, this.#possession);
  }

  /** Puts the operands where the program finds them, and returns the address of its region. */
  enter(operands: readonly (Elements | null)[]): number {
    const region = this.#possession.region ?? this.#start();
    if (this.#found.length > 0) this.#find(operands, region);
    if (wasmViews().bool !== this.#viewed) this.#view();
    const into = this.#into;
    for (let i = 0; i < into.length; i++) {
      const place = into[i]!;
      const operand = operands[place.at]!;
      if (operand === place.last) continue;
      if (typeof operand === 'number') place.memory[place.first] = operand;
      else if (isPart(operand)) i = this.#enterParts(operand, i, operands);
      else place.memory.set(operand, place.first);
      place.last = place.lasts && ArrayBuffer.isView(operand) ? operand : null;
    }
    return region;
  }

  /** Copies what the program wrote to the arrays that do not lie in the memory. Results that there are no arrays for become numbers and parts. */
  leave(operands: (Elements | null)[]): void {
    if (wasmViews().bool !== this.#viewed) this.#view();
    const out = this.#out;
    let packed: Part | null = null;
    for (let i = 0; i < out.length; i++) {
      const { at, size, first, memory, view } = out[i]!;
      const operand = operands[at];
      if (operand !== null) (operand as TypedArray).set(view);
      else if (size === 1) operands[at] = memory[first]!;
      else {
        packed ??= inBlock(this.#packed);
        operands[at] = { block: packed.block, start: packed.start + first - this.#firstPacked };
      }
    }
    for (const { at, piece, goesOut, dtype, size, bytes, taken } of this.#found) {
      if (!goesOut || piece!.resident) continue;
      const from = piece!.address / bytesPer[dtype];
      const array = operands[at] as TypedArray;
      if (taken !== this.#call) array.set(wasmViews()[dtype].subarray(from, from + size));
      if (bytes > smallBytes) hold(piece!, array);
    }
  }

  /** Copies some elements of a result in a piece of its own, while the program still runs. All of them have to follow. */
  takeAway(operands: readonly (Elements | null)[], at: number, from: number, to: number): void {
    const result = this.#found.find((argument) => argument.at === at)!;
    const first = result.piece!.address / bytesPer[result.dtype];
    const view = wasmViews()[result.dtype].subarray(first + from, first + to);
    (operands[at] as TypedArray).set(view, from);
    result.taken = this.#call;
  }

  // The parts from the argument number `i` on that lie in one block as they will lie in the memory, by one copy. Returns the number of the last.
  #enterParts({ block, start }: Part, i: number, operands: readonly (Elements | null)[]): number {
    const into = this.#into;
    const { first, memory, size } = into[i]!;
    let last = i;
    let end = start + size;
    for (let next = into[i + 1]; next !== undefined; next = into[last + 1]) {
      const part = operands[next.at];
      if (!isPart(part) || part.block !== block || part.start - start !== next.first - first) break;
      next.last = null;
      end = part.start + next.size;
      last++;
    }
    memory.set(block.subarray(start, end), first);
    return last;
  }

  #start(): number {
    const { bytes, constants } = this.#layout;
    const region = takePiece(bytes, this.#name, 'intermediate values and constants');
    this.#possession.region = region;
    const views = wasmViews();
    constants.forEach(({ dtype, offset }, i) => {
      views[dtype].set(this.#constants[i]!, (region + offset) / bytesPer[dtype]);
    });
    // Addresses start as nothing, and that is what is known to be in the table.
    const table = region / bytesPer.int32;
    views.int32.fill(0, table, table + this.#found.length);
    this.#constants = [];
    return region;
  }

  #view(): void {
    const views = wasmViews();
    const region = this.#possession.region!;
    for (const place of [...this.#into, ...this.#out]) {
      place.memory = views[place.dtype];
      place.first = (region + place.offset) / bytesPer[place.dtype];
      place.view = place.memory.subarray(place.first, place.first + place.size);
    }
    const packed = this.#out.filter((a) => isPacked(a.dtype, a.size));
    const last = packed.at(-1);
    if (last !== undefined) {
      this.#firstPacked = packed[0]!.first;
      this.#packed = views.float32.subarray(this.#firstPacked, last.first + last.size);
    }
    this.#viewed = views.bool;
  }

  // First what is in the memory already, so that nothing is put on top of it.
  #find(operands: readonly (Elements | null)[], region: number): void {
    const call = ++calls;
    this.#call = call;
    for (const argument of this.#found) {
      // Null for a result that nothing comes in for.
      const array = operands[argument.at] as TypedArray | null;
      if (array !== null && array === argument.resident) {
        argument.piece!.call = call;
        continue;
      }
      const piece = array === null ? null : pieceOf(array);
      const usable = piece !== null && (piece.resident || !argument.goesOut);
      argument.piece = usable ? piece : null;
      argument.resident = usable && piece.resident && argument.goesOut ? array : null;
      if (usable) piece.call = call;
    }
    for (const argument of this.#found) {
      argument.piece ??= this.#place(argument, operands[argument.at] as TypedArray, call);
      const { piece, entry } = argument;
      if (piece.address === argument.address) continue;
      argument.address = piece.address;
      wasmViews().int32[region / bytesPer.int32 + entry] = piece.address;
    }
  }

  // A piece of the program's own that this call does not use otherwise.
  #place(argument: Found, array: TypedArray, call: number): Piece {
    const { own, bytes, comesIn, goesOut, dtype } = argument;
    let piece = own.find((p) => p.call !== call);
    if (piece === undefined) {
      piece = newPiece(takePiece(bytes, this.#name, comesIn ? 'an argument' : 'a result'));
      own.push(piece);
      this.#possession.pieces.push(piece);
    }
    piece.call = call;
    vacate(piece);
    if (comesIn) wasmViews()[dtype].set(array, piece.address / bytesPer[dtype]);
    if (!goesOut) hold(piece, array);
    return piece;
  }
}

const nothing: TypedArray = new Float32Array(0);
const unplaced = { last: null, first: 0, memory: nothing, view: nothing };

function isPart(operand: Elements | null | undefined): operand is Part {
  return (operand as Part | null | undefined)?.block !== undefined;
}
