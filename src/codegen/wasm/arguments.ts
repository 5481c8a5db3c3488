// How the arrays of a call get into the memory and out of it: where they are if they lie there, else through pieces of the program's own.
import type { TypedArray } from '../../array/nd.ts';
import type { Program } from '../../lower/program.ts';
import { constantsOf } from '../memory.ts';
import { type Argument, bytesPer, type Layout, smallBytes } from './layout.ts';
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
  // Views of what goes out, for the memory as it was when they were made.
  #results: readonly TypedArray[] = [];
  #viewed: TypedArray | null = null;

  /** All of it is given back when `owner` has been collected. */
  constructor(program: Program, layout: Layout, owner: object) {
    this.#name = program.name;
    this.#layout = layout;
    this.#constants = constantsOf(program);
    const fixed: Fixed[] = [];
    const found: Found[] = [];
    layout.arguments.forEach((argument, at) => {
      if (argument === null || !(argument.comesIn || argument.goesOut)) return;
      const { where, size, dtype } = argument;
      if (where.kind === 'region') fixed.push({ ...argument, at, offset: where.offset });
      else {
        const bytes = size * bytesPer[dtype];
        const call = { own: [], piece: null, address: 0, resident: null };
        found.push({ ...argument, at, entry: where.entry, bytes, ...call });
      }
    });
    this.#into = fixed.filter((a) => a.comesIn);
    this.#out = fixed.filter((a) => a.goesOut);
    this.#found = found;
    dropped.register(owner, this.#possession);
  }

  /** Puts the arrays where the program finds them, and returns the address of its region. */
  enter(arrays: readonly TypedArray[]): number {
    const region = this.#possession.region ?? this.#start();
    if (this.#found.length > 0) this.#find(arrays, region);
    const views = wasmViews();
    for (let i = 0; i < this.#into.length; i++) {
      const { at, dtype, offset } = this.#into[i]!;
      copyIn(views[dtype], arrays[at]!, (region + offset) / bytesPer[dtype]);
    }
    return region;
  }

  /** Copies what the program wrote to the arrays that do not lie in the memory. */
  leave(arrays: readonly TypedArray[]): void {
    const views = wasmViews();
    if (views.bool !== this.#viewed) this.#view();
    const results = this.#results;
    for (let i = 0; i < results.length; i++) arrays[this.#out[i]!.at]!.set(results[i]!);
    for (const { at, piece, goesOut, dtype, size, bytes } of this.#found) {
      if (!goesOut || piece!.resident) continue;
      const from = piece!.address / bytesPer[dtype];
      arrays[at]!.set(views[dtype].subarray(from, from + size));
      if (bytes > smallBytes) hold(piece!, arrays[at]!);
    }
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
    this.#results = this.#out.map(({ dtype, offset, size }) => {
      const first = (region + offset) / bytesPer[dtype];
      return views[dtype].subarray(first, first + size);
    });
    this.#viewed = views.bool;
  }

  // First what is in the memory already, so that nothing is put on top of it.
  #find(arrays: readonly TypedArray[], region: number): void {
    const call = ++calls;
    for (const argument of this.#found) {
      const array = arrays[argument.at]!;
      if (array === argument.resident) {
        argument.piece!.call = call;
        continue;
      }
      const piece = pieceOf(array);
      const usable = piece !== null && (piece.resident || !argument.goesOut);
      argument.piece = usable ? piece : null;
      argument.resident = usable && piece.resident && argument.goesOut ? array : null;
      if (usable) piece.call = call;
    }
    for (const argument of this.#found) {
      argument.piece ??= this.#place(argument, arrays[argument.at]!, call);
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
    if (comesIn) copyIn(wasmViews()[dtype], array, piece.address / bytesPer[dtype]);
    if (!goesOut) hold(piece, array);
    return piece;
  }
}

function copyIn(view: TypedArray, array: TypedArray, at: number): void {
  view.set(array, at);
}
