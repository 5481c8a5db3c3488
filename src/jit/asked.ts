// Does the source of a function ask an argument whether it is true? JavaScript gives no sign of that when it happens, so the text is looked at: not parsed,
// but only where an argument was traced and then used by nothing, which is suspicious already.

/** A traced argument, and the piece of source that asks it. */
export interface Asked {
  readonly path: string;
  readonly code: string;
}

/**
 * The first of these arguments (`args[1]`, `args[0].training`) that a condition in the source of `f` asks: `if (x)`, `!x`, `x ? a : b`, `x && y`. Undefined where
 * there is none, or no source (built-in and bound functions).
 */
export function askedOf(f: (...args: never[]) => unknown, paths: readonly string[]): Asked | undefined {
  if (paths.length === 0) return undefined;
  const split = headAndBody(withoutText(Function.prototype.toString.call(f)));
  if (split === undefined) return undefined;
  for (const path of paths) {
    const name = nameOf(path, split.parameters);
    const code = name && asking(name).exec(split.body)?.[0];
    if (code) return { path, code: code.trim() };
  }
  return undefined;
}

/** Comments and literals say nothing about arguments. */
function withoutText(source: string): string {
  return source.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"/g, ' ');
}

/** The parameters, each as it is written, and the rest; undefined for what is no function or method with a source. */
function headAndBody(source: string): { parameters: readonly string[]; body: string } | undefined {
  const single = /^\s*(?:async\s+)?([\w$]+)\s*=>/.exec(source);
  if (single) return { parameters: [single[1]!], body: source.slice(single[0].length) };
  const open = source.indexOf('(');
  if (open < 0) return undefined;
  const parameters = [''];
  let depth = 0;
  for (let i = open; i < source.length; i++) {
    const c = source[i]!;
    if ('([{'.includes(c)) depth++;
    if (')]}'.includes(c)) depth--;
    if (depth === 0) return { parameters: parameters.map((p) => p.trim()), body: source.slice(i + 1) };
    if (depth === 1 && c === ',') parameters.push('');
    else if (i > open) parameters[parameters.length - 1] += c;
  }
  return undefined;
}

/** How the body spells an argument, as a pattern: `training`, `options.training`, or the name that a destructured key gets. */
function nameOf(path: string, parameters: readonly string[]): string | undefined {
  const [, position, rest = ''] = /^args\[(\d+)\]((?:\.[\w$]+)*)$/.exec(path) ?? [];
  const parameter = position === undefined ? undefined : parameters[Number(position)];
  if (parameter === undefined) return undefined;
  const plain = /^([\w$]+)\s*(?:=|$)/.exec(parameter)?.[1];
  const keys = rest.split('.').slice(1);
  const quoted = (name: string): string => name.replaceAll('$', '\\$');
  if (plain !== undefined) return [plain, ...keys].map(quoted).join('\\s*\\??\\.\\s*');
  const [key] = keys;
  if (key === undefined || keys.length > 1) return undefined;
  const renamed = new RegExp(`(?<![\\w$])${quoted(key)}\\s*:\\s*([\\w$]+)`).exec(parameter)?.[1];
  return quoted(renamed ?? key);
}

/** What asks for the truth of a name. */
function asking(name: string): RegExp {
  const whole = `(?<![\\w$.])${name}(?![\\w$])`;
  const end = '(?!\\s*[.(\\[]|\\s*\\?\\.)';
  return new RegExp(
    [
      `\\b(?:if|while)\\s*\\(\\s*!?\\s*${whole}\\s*(?:\\)|&&|\\|\\|)`,
      `!\\s*${whole}${end}`,
      `${whole}\\s*(?:\\?(?![.?])|&&|\\|\\|)`,
      `(?:&&|\\|\\|)\\s*!?\\s*${whole}\\s*(?:[?)])`,
    ].join('|'),
  );
}
