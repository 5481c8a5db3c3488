// Instructions as text: a statement a line, in the order of the binary, which the text format allows.
import { InternalError } from '../../util/errors.ts';
import { shortest } from '../../util/float32.ts';
import { laneOpcodes, memoryOpcodes, opcodes } from './opcodes.ts';
import type { Reader } from './read.ts';

/** What indices in the instructions stand for. */
export interface Names {
  readonly local: (index: number) => string;
  readonly func: (index: number) => string;
  readonly valueType: (code: number) => string;
}

const plain = new Map<number, string>(Object.entries(opcodes).map(([name, code]) => [code, name]));
const memory = new Map<number, string>(Object.entries(memoryOpcodes).map(([name, { code }]) => [code, name]));
const lanes = new Map<number, string>(
  Object.entries(laneOpcodes).map(([name, code]) => [0xfd00 + code, name]),
);

const emptyBlock = 0x40;
// What ends a statement: nothing of it is left on the stack. Loads end none, and neither do values.
const ending = /^(local\.set|return|drop|br|br_if|memory\.copy|v128\.store\d+_lane|\w+\.store\d*)\b/;

/** The lines of a function's body, indented by its blocks. */
export function spellBody(reader: Reader, names: Names): string[] {
  const lines: string[] = [];
  let statement: string[] = [];
  let depth = 0;
  const endLine = (): void => {
    if (statement.length > 0) lines.push('  '.repeat(depth) + statement.join(' '));
    statement = [];
  };
  while (!reader.done) {
    const word = spell(reader, names);
    if (word === 'end' || word === 'else') {
      endLine();
      depth--;
      // The last one ends the function.
      if (depth < 0) return lines;
    }
    statement.push(word);
    const opens = /^(block|loop|if|else)\b/.test(word);
    if (opens || word === 'end' || ending.test(word)) endLine();
    if (opens) depth++;
  }
  throw new InternalError('a function without an end');
}

function spell(reader: Reader, names: Names): string {
  const code = opcodeFrom(reader);
  const known = plain.get(code);
  if (known !== undefined) return known;
  const access = memory.get(code);
  if (access !== undefined) return access + memoryArgument(reader, access);
  const lane = lanes.get(code);
  if (lane !== undefined) return `${lane} ${reader.byte()}`;
  switch (code) {
    case 0x02:
    case 0x03:
    case 0x04:
      return ['block', 'loop', 'if'][code - 0x02]! + blockType(reader, names);
    case 0x05:
      return 'else';
    case 0x0b:
      return 'end';
    case 0x0c:
      return `br ${reader.u32()}`;
    case 0x0d:
      return `br_if ${reader.u32()}`;
    case 0x10:
      return `call ${names.func(reader.u32())}`;
    case 0x24:
      return `global.set ${reader.u32()}`;
    case 0x20:
    case 0x21:
    case 0x22:
      return `local.${['get', 'set', 'tee'][code - 0x20]} ${names.local(reader.u32())}`;
    case 0x41:
      return `i32.const ${reader.i32()}`;
    case 0x43:
      return `f32.const ${spellFloat32(reader.f32())}`;
    case 0x44:
      return `f64.const ${spellFloat(reader.f64())}`;
    case 0xfc0a:
      reader.byte();
      reader.byte();
      return 'memory.copy';
    case 0xfd0c:
      return `v128.const ${spellVector([reader.word(), reader.word(), reader.word(), reader.word()])}`;
    case 0xfd0d:
      return `i8x16.shuffle ${Array.from({ length: 16 }, () => reader.byte()).join(' ')}`;
    case 0xfd5a:
      return `v128.store32_lane${memoryArgument(reader, 'v128.store32_lane')} ${reader.byte()}`;
    default:
      throw new InternalError(`an instruction with the code 0x${code.toString(16)}, which has no name`);
  }
}

// The numbers of opcodes.ts: what follows a prefix is added to it.
function opcodeFrom(reader: Reader): number {
  const first = reader.byte();
  return first >= 0xfc ? first * 0x100 + reader.u32() : first;
}

function blockType(reader: Reader, { valueType }: Names): string {
  const type = reader.byte();
  return type === emptyBlock ? '' : ` (result ${valueType(type)})`;
}

/** Offset and alignment where they are not what goes without saying. */
function memoryArgument(reader: Reader, name: string): string {
  const align = 2 ** reader.u32();
  const offset = reader.u32();
  return (
    (offset > 0 ? ` offset=${offset}` : '') + (align === naturalAlignment(name) ? '' : ` align=${align}`)
  );
}

function naturalAlignment(name: string): number {
  const [type, operation] = name.split('.') as [string, string];
  const bits = /\d+/.exec(operation)?.[0] ?? (type === 'v128' ? '128' : type.slice(1));
  return Number(bits) / 8;
}

// Which of the two a vector holds is not in the binary: small integers are no floats that anyone computes with.
function spellVector(words: readonly number[]): string {
  const integers = words.every((w) => Math.abs(w) < 0x100000 || !Number.isFinite(floatOf(w)));
  const texts = integers ? words.map(String) : words.map((w) => spellFloat32(floatOf(w)));
  return `${integers ? 'i32x4' : 'f32x4'} ${texts.join(' ')}`;
}

const scratch = new DataView(new ArrayBuffer(4));

function floatOf(word: number): number {
  scratch.setInt32(0, word);
  return scratch.getFloat32(0);
}

function spellFloat32(x: number): string {
  return spellFloat(x === 0 ? x : shortest(x));
}

function spellFloat(x: number): string {
  if (Number.isFinite(x)) return Object.is(x, -0) ? '-0' : String(x);
  return Number.isNaN(x) ? 'nan' : x > 0 ? 'inf' : '-inf';
}
