// The language of rewrite rules: `exact int32: add(x, 0) => x`. Parsing, matching against instructions, building what replaces them.
//
// Lower-case names are any value (a name used twice must be the same value), upper-case names any constant that repeats one number,
// literals that number exactly: 0 and -0 differ. After `=>` a name of `computed` makes a constant from constants; after `if` stands a
// condition on constants. A dtype restricts the values named in the rule to it (bool operands of a select are free).
import { type Instr, is, type Value } from '../ir/func.ts';
import { type DType, dtypes, type TensorType } from '../ir/types.ts';
import { broadcast } from '../ops/broadcast.ts';
import { constant } from '../ops/constant.ts';
import { registry } from '../ops/index.ts';
import type { OpDef } from '../ops/opdef.ts';
import { InternalError } from '../util/errors.ts';

export type Term =
  | { readonly kind: 'value'; readonly name: string }
  | { readonly kind: 'constant'; readonly name: string }
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'computed'; readonly function: string; readonly from: readonly string[] }
  | { readonly kind: 'apply'; readonly op: OpDef; readonly args: readonly Term[] };

export type Apply = Extract<Term, { kind: 'apply' }>;

export interface Rule {
  readonly text: string;
  /** `exact` keeps every bit, `relaxed` rules run only under precision `fast`. */
  readonly tier: 'exact' | 'relaxed';
  /** The dtype of the value `x`; any where absent. */
  readonly dtype: DType | undefined;
  readonly pattern: Apply;
  readonly replacement: Term;
  readonly condition: { readonly name: string; readonly of: readonly string[] } | undefined;
}

/** Constants made from constants, rounded to float32. */
export const computed: Readonly<Record<string, (...c: readonly number[]) => number>> = {
  inverse: (c) => Math.fround(1 / c!),
  minus: (c) => -c!,
  product: (c, d) => Math.fround(c! * d!),
};

/** What a rule may ask of constants. */
export const conditions: Readonly<Record<string, (...c: readonly number[]) => boolean>> = {
  // The inverse is then a normal float32 too, so that x / c and x · (1/c) round the same number.
  powerOfTwo: (c) => isNormal(c!) && isNormal(1 / c!) && isPowerOfTwo(Math.abs(c!)),
  invertible: (c) => isNormal(c!) && isNormal(1 / c!),
  // Neither the product of the two nor what it multiplies overflows or vanishes where the separate steps do not, but at the very ends.
  multiply: (c, d) => isNormal(c!) && isNormal(d!) && isNormal(c! * d!),
};

// Rounded, because engines need not give the logarithm of a power of two exactly.
function isPowerOfTwo(c: number): boolean {
  return 2 ** Math.round(Math.log2(c)) === c;
}

function isNormal(c: number): boolean {
  return Math.abs(c) >= 2 ** -126 && Math.abs(c) < 2 ** 127;
}

// ---- reading ----

/** Reads one rule; throws an InternalError for a text that is none, since rules are part of the program. */
export function parseRule(text: string): Rule {
  const match = /^(exact|relaxed)(?: (\w+))?: (.+?) => (.+?)(?: if (\w+)\(([\w, ]+)\))?$/.exec(text);
  if (match === null) throw new InternalError(`not a rule: ${text}`);
  const [, tier, dtype, left, right, condition, of] = match as unknown as [string, Rule['tier'], ...string[]];
  if (dtype !== undefined && !dtypes.includes(dtype as DType))
    throw new InternalError(`no dtype ${dtype}: ${text}`);
  if (condition !== undefined && !(condition in conditions))
    throw new InternalError(`no condition ${condition}: ${text}`);
  const pattern = parseTerm(left!, text);
  if (pattern.kind !== 'apply') throw new InternalError(`a rule must start from an op: ${text}`);
  return {
    text,
    tier,
    dtype: dtype as DType | undefined,
    pattern,
    replacement: parseTerm(right!, text),
    condition: condition === undefined ? undefined : { name: condition, of: of!.split(', ') },
  };
}

function parseTerm(text: string, rule: string): Term {
  const tokens = text.match(/[(),]|[^\s(),]+/g) ?? [];
  let at = 0;
  const term = (): Term => {
    const word = tokens[at++];
    if (word === undefined) throw new InternalError(`a term ends too early: ${rule}`);
    if (tokens[at] !== '(') return parseLeaf(word);
    const args: Term[] = [];
    do {
      at++;
      args.push(term());
    } while (tokens[at] === ',');
    if (tokens[at++] !== ')') throw new InternalError(`missing ): ${rule}`);
    if (word in computed)
      return { kind: 'computed', function: word, from: args.map((a) => ('name' in a ? a.name : '')) };
    const op = registry.get(word);
    if (op === undefined) throw new InternalError(`no op ${word}: ${rule}`);
    return { kind: 'apply', op, args };
  };
  const whole = term();
  if (at !== tokens.length) throw new InternalError(`text after the term: ${rule}`);
  return whole;
}

function parseLeaf(word: string): Term {
  if (word === 'true' || word === 'false') return { kind: 'number', value: word === 'true' ? 1 : 0 };
  if (/^[a-z]/.test(word)) return { kind: 'value', name: word };
  if (/^[A-Z]/.test(word)) return { kind: 'constant', name: word };
  return { kind: 'number', value: Number(word) };
}

// ---- matching ----

export interface Match {
  readonly values: ReadonlyMap<string, Value>;
  readonly constants: ReadonlyMap<string, number>;
}

/** What the names of the rule stand for if its pattern fits an op on these operands, or null. */
export function matchRule(rule: Rule, op: unknown, args: readonly Value[]): Match | null {
  const values = new Map<string, Value>();
  const constants = new Map<string, number>();
  const fitsAll = (terms: readonly Term[], operands: readonly Value[]): boolean =>
    terms.length === operands.length && terms.every((t, i) => fits(t, operands[i]!));
  const fits = (term: Term, value: Value): boolean => {
    switch (term.kind) {
      case 'value':
        return assign(values, term.name, value);
      case 'constant': {
        const number = splatOf(value);
        return number !== undefined && assign(constants, term.name, number);
      }
      case 'number':
        return Object.is(splatOf(value), term.value);
      case 'apply':
        return value.def !== null && value.def.op === term.op && fitsAll(term.args, value.def.args);
      case 'computed':
        throw new InternalError(`a computed constant in a pattern: ${rule.text}`);
    }
  };
  if (op !== rule.pattern.op || !fitsAll(rule.pattern.args, args)) return null;
  if (rule.dtype !== undefined && values.get('x')?.type.dtype !== rule.dtype) return null;
  if (!conditionHolds(rule, constants)) return null;
  return { values, constants };
}

/** Does the rule's condition, if it has one, hold for these constants? */
export function conditionHolds({ condition }: Rule, constants: ReadonlyMap<string, number>): boolean {
  return (
    condition === undefined || conditions[condition.name]!(...condition.of.map((c) => constants.get(c)!))
  );
}

function assign<T>(map: Map<string, T>, name: string, value: T): boolean {
  if (map.has(name)) return Object.is(map.get(name), value);
  map.set(name, value);
  return true;
}

/** The number a value repeats, seen through broadcasts; undefined where it is no such constant. */
export function splatOf(value: Value): number | undefined {
  const made: Instr | null = value.def;
  if (made === null) return undefined;
  if (is(made, constant)) return made.attrs.data.length === 1 ? made.attrs.data[0] : undefined;
  return is(made, broadcast) ? splatOf(made.args[0]!) : undefined;
}

// ---- building ----

/** How instructions of a replacement are appended: the simplifier passes its own, so that they are simplified too. */
export type Emit = (op: OpDef, args: readonly Value[], attrs: unknown) => Value;

/** The value of a term; `type` is what a constant at its place must have. */
export function buildTerm(term: Term, { values, constants }: Match, type: TensorType, emit: Emit): Value {
  const splat = (value: number, { dtype, shape }: TensorType): Value =>
    emit(constant.def, [], { data: [dtype === 'int32' ? value | 0 : value], dtype, shape });
  const build = (t: Term, expected: TensorType): Value => {
    switch (t.kind) {
      case 'value':
        return values.get(t.name)!;
      case 'constant':
        return splat(constants.get(t.name)!, expected);
      case 'number':
        return splat(t.value, expected);
      case 'computed':
        return splat(computed[t.function]!(...t.from.map((name) => constants.get(name)!)), expected);
      case 'apply': {
        // Constants take the type of an operand beside them: elementwise ops have operands of one type.
        const known = t.args.map((a) =>
          a.kind === 'value' || a.kind === 'apply' ? build(a, expected) : undefined,
        );
        const beside = known.find((v) => v !== undefined)?.type ?? expected;
        const args = t.args.map((a, i) => known[i] ?? build(a, beside));
        return emit(t.op, args, {});
      }
    }
  };
  return build(term, type);
}
