// Func to text. Values are numbered in order of definition, so the text is canonical: alpha-equivalent functions print the same.
import { showLocation } from '../util/location.ts';
import { attrEntries, showAttr } from './attrs.ts';
import type { Func, Instr, Value } from './func.ts';
import { showType } from './types.ts';

export interface PrintOptions {
  /** End each instruction with a comment `// loc file:line:column` where the user's line is known. Default false. */
  readonly locations?: boolean;
}

/** The text of a function, as docs/ir.md specifies it; `parse` reads it back. */
export function print(func: Func, options: PrintOptions = {}): string {
  return `${printFunc(func, '', options).join('\n')}\n`;
}

function printFunc(func: Func, indent: string, options: PrintOptions): string[] {
  const names = new Map<Value, string>();
  const define = (v: Value): string => {
    const name = `%${names.size}`;
    names.set(v, name);
    return name;
  };
  // A value from elsewhere has no name; the verifier reports it, and the text shows where it stands.
  const use = (v: Value): string => names.get(v) ?? '%?';

  const params = func.params.map((p) => `${define(p)}: ${showType(p.type)}`).join(', ');
  const name = func.name === '' ? '' : `@${func.name}`;
  const lines = [`${indent}func ${name}(${params}) {`];
  for (const instr of func.body) lines.push(...printInstr(instr, `${indent}  `, define, use, options));
  lines.push(`${indent}  return${func.results.length > 0 ? ' ' : ''}${func.results.map(use).join(', ')}`);
  lines.push(`${indent}}`);
  return lines;
}

function printInstr(
  instr: Instr,
  indent: string,
  define: (v: Value) => string,
  use: (v: Value) => string,
  options: PrintOptions,
): string[] {
  const args = instr.args.map(use).join(', ');
  const attrs = attrEntries(instr.op.attrs, instr.attrs)
    .map(([name, kind, value]) => `${name}=${showAttr(kind, value)}`)
    .join(', ');
  const results = instr.results.map(define).join(', ');
  const types = instr.results.map((r) => showType(r.type)).join(', ');
  const head =
    (results === '' ? '' : `${results} = `) +
    instr.op.name +
    (args === '' ? '' : ` ${args}`) +
    (attrs === '' ? '' : ` {${attrs}}`) +
    (types === '' ? '' : ` : ${types}`);
  const loc = options.locations && instr.loc ? ` // loc ${showLocation(instr.loc)}` : '';
  if (instr.regions.length === 0) return [`${indent}${head}${loc}`];
  const lines = [`${indent}${head} {${loc}`];
  for (const region of instr.regions) lines.push(...printFunc(region, `${indent}  `, options));
  lines.push(`${indent}}`);
  return lines;
}
