// Text to Func: the inverse of print.ts, with errors that name line and column. Grammar in docs/ir.md.
import { TracejitError } from '../util/errors.ts';
import type { Loc } from '../util/location.ts';
import type { AttrKind, AttrSchema, AttrValue } from './attrs.ts';
import { type Func, type Instr, instr, param, type Value } from './func.ts';
import type { OpSig } from './op.ts';
import { errorAt, type Token, tokenize, tokenNames } from './tokens.ts';
import { type DType, dtypeOf, sameType, showType, type TensorType } from './types.ts';

/** The ops a text may name; the registry of src/ops/index.ts. */
export type OpTable = ReadonlyMap<string, OpSig>;

/**
 * Reads one function. Throws a ParseError with line and column for text that does not follow the grammar,
 * names an unknown op, or gives an instruction another type than its shape rule does.
 */
export function parse(text: string, ops: OpTable): Func {
  const tokens = tokenize(text);
  const parser = new Parser(tokens, ops);
  const func = parser.func(new Set());
  parser.end();
  return func;
}

class Parser {
  readonly #tokens: readonly Token[];
  readonly #ops: OpTable;
  #at = 0;

  constructor(tokens: readonly Token[], ops: OpTable) {
    this.#tokens = tokens;
    this.#ops = ops;
  }

  // func @name(%0: f32[2], …) { … return %3 }
  func(outer: ReadonlySet<string>): Func {
    this.#expect('word', 'func');
    const name = this.#peek().kind === 'name' ? this.#next().text.slice(1) : '';
    const env = new Map<string, Value>();
    const params: Value[] = [];
    this.#expect('mark', '(');
    if (!this.#take('mark', ')')) {
      do {
        const token = this.#expect('value');
        this.#expect('mark', ':');
        const value = param(this.#type());
        this.#define(env, token, value);
        params.push(value);
      } while (this.#take('mark', ','));
      this.#expect('mark', ')');
    }
    this.#expect('mark', '{');
    const body: Instr[] = [];
    while (!this.#take('word', 'return')) body.push(this.#instr(env, outer));
    const results: Value[] = [];
    if (this.#peek().kind === 'value') {
      do results.push(this.#use(env, outer));
      while (this.#take('mark', ','));
    }
    this.#expect('mark', '}');
    return { name, params, body, results };
  }

  end(): void {
    this.#expect('end');
  }

  // %2, %3 = op %0, %1 {attr=1} : f32[2], f32[] { regions }
  #instr(env: Map<string, Value>, outer: ReadonlySet<string>): Instr {
    const names: Token[] = [];
    if (this.#peek().kind === 'value') {
      do names.push(this.#expect('value'));
      while (this.#take('mark', ','));
      this.#expect('mark', '=');
    }
    const opToken = this.#expect('word');
    const op = this.#ops.get(opToken.text);
    if (!op) throw errorAt(`there is no op ${JSON.stringify(opToken.text)}`, opToken);
    const args: Value[] = [];
    if (this.#peek().kind === 'value') {
      do args.push(this.#use(env, outer));
      while (this.#take('mark', ','));
    }
    const attrs = this.#attrs(op);
    const types: TensorType[] = [];
    if (this.#take('mark', ':')) {
      do types.push(this.#type());
      while (this.#take('mark', ','));
    }
    const regions: Func[] = [];
    let loc = this.#loc();
    if (this.#take('mark', '{')) {
      loc ??= this.#loc();
      const inner = new Set([...outer, ...env.keys()]);
      while (!this.#take('mark', '}')) regions.push(this.func(inner));
    }
    return this.#make(opToken, op, { names, args, attrs, types, regions, loc }, env);
  }

  #make(
    at: Token,
    op: OpSig,
    parts: {
      names: readonly Token[];
      args: readonly Value[];
      attrs: unknown;
      types: readonly TensorType[];
      regions: readonly Func[];
      loc: Loc | undefined;
    },
    env: Map<string, Value>,
  ): Instr {
    const { names, args, attrs, types, regions, loc } = parts;
    let made: Instr;
    try {
      made = instr(op, args, attrs, regions, loc);
    } catch (error) {
      if (!(error instanceof TracejitError)) throw error;
      throw errorAt(error.summary, at);
    }
    const inferred = made.results.map((r) => r.type);
    if (inferred.length !== types.length || !inferred.every((t, i) => sameType(t, types[i]!))) {
      const [is, says] = [inferred, types].map((list) => list.map(showType).join(', '));
      throw errorAt(`${op.name} gives ${is || 'nothing'}, the text says ${says || 'nothing'}`, at);
    }
    if (names.length !== made.results.length) {
      throw errorAt(`${op.name} has ${made.results.length} results, the text names ${names.length}`, at);
    }
    names.forEach((token, i) => this.#define(env, token, made.results[i]!));
    return made;
  }

  // {axes=[1], dtype=f32}; told from a region's brace by the `=` after a word.
  #attrs(op: OpSig): unknown {
    const schema = op.attrs as AttrSchema<Record<string, AttrValue>>;
    const attrs: Record<string, AttrValue> = {};
    const open = this.#peek();
    const isAttrs =
      open.text === '{' &&
      this.#tokens[this.#at + 2]?.text === '=' &&
      this.#tokens[this.#at + 1]?.kind === 'word';
    if (isAttrs) {
      this.#next();
      do {
        const name = this.#expect('word');
        const kind = Object.hasOwn(schema, name.text) ? schema[name.text] : undefined;
        if (kind === undefined) throw errorAt(`${op.name} has no attribute ${name.text}`, name);
        this.#expect('mark', '=');
        attrs[name.text] = this.#attrValue(kind);
      } while (this.#take('mark', ','));
      this.#expect('mark', '}');
    }
    for (const [name, kind] of Object.entries(schema)) {
      if (kind !== 'name' && !Object.hasOwn(attrs, name))
        throw errorAt(`${op.name} needs the attribute ${name}`, open);
    }
    return attrs;
  }

  #attrValue(kind: AttrKind): AttrValue {
    switch (kind) {
      case 'int':
      case 'float':
        return this.#number();
      case 'ints':
      case 'floats':
        return this.#numbers();
      case 'bool': {
        const token = this.#expect('word');
        if (token.text !== 'true' && token.text !== 'false') throw errorAt('expected true or false', token);
        return token.text === 'true';
      }
      case 'string':
      case 'name':
        return JSON.parse(this.#expect('string').text) as string;
      case 'dtype':
        return this.#dtype();
    }
  }

  #numbers(): number[] {
    const list: number[] = [];
    this.#expect('mark', '[');
    if (this.#take('mark', ']')) return list;
    do list.push(this.#number());
    while (this.#take('mark', ','));
    this.#expect('mark', ']');
    return list;
  }

  #number(): number {
    const { text } = this.#expect('number');
    if (text === 'nan' || text === '-nan') return Number.NaN;
    if (text === 'inf') return Number.POSITIVE_INFINITY;
    if (text === '-inf') return Number.NEGATIVE_INFINITY;
    // Digits alone are an integer, which int32 data needs exactly; anything else is a float32.
    return /[.e]/.test(text) ? Math.fround(Number(text)) : Number(text);
  }

  #dtype(): DType {
    const token = this.#expect('word');
    const dtype = dtypeOf(token.text);
    if (dtype === undefined) throw errorAt(`there is no dtype ${JSON.stringify(token.text)}`, token);
    return dtype;
  }

  #type(): TensorType {
    const dtype = this.#dtype();
    return { dtype, shape: this.#numbers() };
  }

  #loc(): Loc | undefined {
    if (this.#peek().kind !== 'loc') return undefined;
    const match = /^(.*):(\d+):(\d+)\s*$/.exec(this.#next().text);
    return match ? { file: match[1]!, line: Number(match[2]), column: Number(match[3]) } : undefined;
  }

  #define(env: Map<string, Value>, token: Token, value: Value): void {
    if (env.has(token.text)) throw errorAt(`${token.text} is defined twice`, token);
    env.set(token.text, value);
  }

  #use(env: ReadonlyMap<string, Value>, outer: ReadonlySet<string>): Value {
    const token = this.#expect('value');
    const value = env.get(token.text);
    if (value) return value;
    const hint = outer.has(token.text) ? ': regions are closed, pass it as an operand' : '';
    throw errorAt(`${token.text} is not defined${hint}`, token);
  }

  // Location comments mean something only behind an instruction; elsewhere they are comments.
  #peek(): Token {
    return this.#tokens[this.#at]!;
  }

  #next(): Token {
    const token = this.#tokens[this.#at]!;
    if (token.kind !== 'end') this.#at++;
    return token;
  }

  #take(kind: Token['kind'], text: string): boolean {
    const token = this.#peek();
    if (token.kind !== kind || token.text !== text) return false;
    this.#at++;
    return true;
  }

  #expect(kind: Token['kind'], text?: string): Token {
    const token = this.#peek();
    if (token.kind === kind && (text === undefined || token.text === text)) return this.#next();
    const wanted = text === undefined ? tokenNames[kind] : JSON.stringify(text);
    const got = token.kind === 'end' ? 'the end of the text' : JSON.stringify(token.text);
    throw errorAt(`expected ${wanted}, got ${got}`, token);
  }
}
