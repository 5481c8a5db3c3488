// Attribute kinds: how the constant parameters of an op are checked, printed and compared.
import { shortest } from '../util/float32.ts';
import { sameList } from '../util/seq.ts';
import { type DType, dtypes, showDType } from './types.ts';

/** `floats` holds element data of any dtype (bool as 0/1); `ints` sizes, axes, permutations; `name`, which may be missing, what errors call the instruction. */
export type AttrKind = 'int' | 'float' | 'bool' | 'string' | 'ints' | 'floats' | 'dtype' | 'name';
export type AttrSchema<A> = { readonly [K in keyof A]-?: AttrKind };
export type AttrValue = number | boolean | string | readonly number[];

/** The attributes of an instruction by name, without those that are missing, in the order of the schema: the one place that reads `unknown` attributes. */
export function attrEntries(
  schema: AttrSchema<unknown>,
  attrs: unknown,
): readonly (readonly [name: string, kind: AttrKind, value: unknown])[] {
  const record = attrs as Readonly<Record<string, unknown>>;
  return Object.entries(schema as Readonly<Record<string, AttrKind>>)
    .filter(([name, kind]) => kind !== 'name' || record[name] !== undefined)
    .map(([name, kind]) => [name, kind, record[name]]);
}

// Text has to give the number back, so a float is one that float32 holds, or an integer (int32 data).
function isFloat(x: unknown): x is number {
  return typeof x === 'number' && (Number.isSafeInteger(x) || Object.is(Math.fround(x), x));
}

function isInt(x: unknown): x is number {
  return Number.isSafeInteger(x);
}

/** Does a value belong to a kind? */
function hasKind(kind: AttrKind, value: unknown): value is AttrValue {
  switch (kind) {
    case 'int':
      return isInt(value);
    case 'float':
      return isFloat(value);
    case 'bool':
      return typeof value === 'boolean';
    case 'string':
    case 'name':
      return typeof value === 'string';
    case 'ints':
      return Array.isArray(value) && value.every(isInt);
    case 'floats':
      return Array.isArray(value) && value.every(isFloat);
    case 'dtype':
      return dtypes.includes(value as DType);
  }
}

/** What is wrong with the attributes, or undefined: a missing or extra name, a value of another kind. */
export function attrProblem(schema: AttrSchema<unknown>, attrs: unknown): string | undefined {
  if (typeof attrs !== 'object' || attrs === null) return 'attributes must be an object';
  for (const [name, kind, value] of attrEntries(schema, attrs)) {
    if (value === undefined) return `attribute ${name} is missing`;
    if (!hasKind(kind, value)) return `attribute ${name} must be ${kind}, got ${String(value)}`;
  }
  for (const name of Object.keys(attrs)) {
    if (!Object.hasOwn(schema, name)) return `there is no attribute ${name}`;
  }
  return undefined;
}

/** Equal as bits: 0 and -0 differ, NaN equals itself. */
export function sameAttrs(schema: AttrSchema<unknown>, a: unknown, b: unknown): boolean {
  const [one, other] = [a, b] as readonly Readonly<Record<string, unknown>>[];
  return Object.keys(schema).every((name) => {
    const [x, y] = [one![name], other![name]];
    return Array.isArray(x) && Array.isArray(y) ? sameList(x, y) : Object.is(x, y);
  });
}

/** The shortest decimal that reads back as this float32 or this integer. */
export function showNumber(x: number): string {
  if (Number.isNaN(x)) return 'nan';
  if (Object.is(x, -0)) return '-0';
  if (!Number.isFinite(x)) return x > 0 ? 'inf' : '-inf';
  if (Number.isSafeInteger(x)) return String(x);
  return withPoint(String(shortest(x)));
}

// A mark of a float, so that the parser rounds it: integers beyond 2^53 print with an exponent.
function withPoint(text: string): string {
  return /[.e]/.test(text) ? text : `${text}.0`;
}

/** The text of an attribute value: `[1,2]`, `0.5`, `true`, `"name"`, `f32`. */
export function showAttr(kind: AttrKind, value: unknown): string {
  // Only a function that breaks V4 has such a value; the verifier prints it.
  if (!hasKind(kind, value)) return `?${String(value)}`;
  switch (kind) {
    case 'ints':
    case 'floats':
      return `[${(value as readonly number[]).map(showNumber).join(', ')}]`;
    case 'int':
    case 'float':
      return showNumber(value as number);
    case 'dtype':
      return showDType(value as DType);
    case 'string':
    case 'name':
      return JSON.stringify(value);
    case 'bool':
      return String(value);
  }
}
