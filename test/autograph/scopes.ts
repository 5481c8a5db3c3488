// Random programs about names: temporaries that soon are dead, inner variables called as outer ones, loops of all kinds with labels, closures over what loops
// declare, functions with returns of their own. Every loop ends, every variable has a value before it is read.
import { seeded } from '../../src/util/rng.ts';
import { whole } from './programs.ts';

/** What a statement may mention and where it may jump. */
interface Around {
  readonly depth: number;
  readonly names: readonly string[];
  /** Of these `names`, what may be assigned. */
  readonly assignable: readonly string[];
  /** `break` and `continue` without a label mean something here. */
  readonly breaks: boolean;
  readonly continues: boolean;
  /** Labels of loops, which may be continued, and of blocks, which may only be left. */
  readonly loops: readonly string[];
  readonly blocks: readonly string[];
}

const maxDepth = 3;

/** The source of a module with `export function f(x, y)`. */
export function scopedProgram(seed: number): string {
  const random = seeded(seed);
  const below = (n: number): number => Math.floor(random() * n);
  const pick = <T>(list: readonly T[]): T => list[below(list.length)]!;
  const { literals, operators, bounded } = whole;
  let made = 0;
  const fresh = (letter: string): string => `${letter}${made++}`;

  function value({ names }: Around, depth = 0): string {
    if (depth > 1 || random() < 0.4) return random() < 0.75 ? pick(names) : pick(literals);
    const inner = (): string => value({ names } as Around, depth + 1);
    return pick(operators)(
      inner,
      () => condition({ names } as Around, 1),
      () => pick(literals),
    );
  }

  function condition(around: Around, depth = 0): string {
    if (depth > 0 || random() < 0.7)
      return `${value(around, 2)} ${pick(['<', '<=', '>', '>=', '===', '!=='])} ${value(around, 2)}`;
    const sub = (): string => condition(around, depth + 1);
    return pick([() => `(${sub()} && ${sub()})`, () => `(${sub()} || ${sub()})`, () => `!(${sub()})`])();
  }

  function assignment(around: Around): string {
    const name = pick(around.assignable);
    const [one, other] = [pick(around.assignable), pick(around.assignable)];
    return pick([
      () => `${name} = ${bounded(value(around))};`,
      () => `${name} += ${value(around, 1)} % 7;`,
      () => `${name}${pick(['++', '--'])};`,
      () =>
        `[${one}, ${other} = ${pick(literals)}] = [${value(around, 1)}, ${pick([value(around, 1), 'undefined'])}];`,
      () => `({ u: ${one}, w: [${other}] } = { w: [${value(around, 1)}], u: ${value(around, 1)} });`,
      () => `${one} = (${other}++, ${value(around, 1)});`,
      () => `${one} = ${other} = ${bounded(value(around, 1))};`,
      () => `if ((${one} = ${value(around, 2)}) > ${value(around, 2)}) ${other} -= 2;`,
      () => `${one} = (null ?? ${value(around, 2)}) + (undefined?.u ?? ${pick(literals)});`,
    ])();
  }

  function jump(around: Around): string {
    const ways = [
      ...(around.breaks ? ['break;'] : []),
      ...(around.continues ? ['continue;'] : []),
      ...around.loops.flatMap((l) => [`break ${l};`, `continue ${l};`]),
      ...around.blocks.map((l) => `break ${l};`),
    ];
    return ways.length === 0 || random() < 0.2 ? `return ${value(around, 1)};` : pick(ways);
  }

  /** A block, that may begin with variables of its own: new ones, or called as those around. */
  function block(around: Around, indent: string, first = ''): string {
    const names: string[] = [];
    const lines: string[] = first === '' ? [] : [`${indent}  ${first}`];
    if (random() < 0.5) {
      // What stands first may mention the outer one.
      const name = first === '' && random() < 0.5 ? pick(['a', 'b', 'c']) : fresh('t');
      const outside = { ...around, names: around.names.filter((n) => n !== name) };
      lines.push(`${indent}  let ${name} = ${value(outside, 1)};`);
      names.push(name);
    }
    const inside: Around = {
      ...around,
      depth: around.depth + 1,
      names: [...new Set([...around.names, ...names])],
      assignable: [...new Set([...around.assignable, ...names])],
    };
    const count = 1 + below(around.depth > 1 ? 2 : 3);
    for (let i = 0; i < count; i++) lines.push(statement(inside, `${indent}  `));
    return `{\n${lines.join('\n')}\n${indent}}`;
  }

  function loop(around: Around, indent: string): string {
    const label = random() < 0.4 ? fresh('l') : null;
    const [k, t] = [fresh('k'), fresh('t')];
    const body: Around = {
      ...around,
      breaks: true,
      continues: true,
      loops: label === null ? around.loops : [...around.loops, label],
    };
    const counted = (head: string, names: readonly string[], assigned: readonly string[] = []): string =>
      `${indent}${label === null ? '' : `${label}: `}${head} ${block({ ...body, names: [...around.names, ...names], assignable: [...around.assignable, ...assigned] }, indent)}`;
    const bound = pick(['3', '(y % 4)', '(Math.abs(x) % 4)', '(Math.abs(a) % 5)']);
    const counter = `${indent}let ${k} = 0, ${t} = ${pick(literals)};\n${indent}${label === null ? '' : `${label}: `}`;
    const own: Around = { ...body, names: [...around.names, k, t], assignable: [...around.assignable, t] };
    return pick([
      () => counted(`for (let ${k} = 0, ${t} = 5; ${k} < ${bound}; ${k}++, ${t} -= 2)`, [k, t]),
      () => counted(`for (let ${k} of [${value(around, 1)}, ${value(around, 1)}, 3])`, [k], [k]),
      () => `${counted(`for (const ${k} in { u: 1, w: 2 })`, [])}`,
      // The test reads what the body left behind, which nothing else needs.
      () =>
        `${counter}do ${block(own, indent, `${k} += 1; ${t} = ${value(around, 1)};`)} while (${k} < 4 && ${t} ${pick(['<', '>', '!=='])} ${value(own, 2)});`,
      () =>
        `${counter}while (${k} < 4 && (${t} = ${value(own, 1)}) ${pick(['<', '>', '!=='])} ${value(around, 2)}) ${block(own, indent, `${k} += 1;`)}`,
      () => `${counter}while (${k}++ < 3 && ${condition(own)}) ${block(own, indent)}`,
    ])();
  }

  function cases(around: Around, indent: string): string {
    const inside: Around = { ...around, breaks: true };
    const parts = [0, 1, 2].map((i) => {
      const end = random() < 0.6 ? `\n${indent}    break;` : '';
      return `${indent}  case ${i}: ${block(inside, `${indent}  `)}${end}`;
    });
    // A default anywhere.
    if (random() < 0.7) parts.splice(below(4), 0, `${indent}  default:\n${indent}    ${assignment(around)}`);
    return `${indent}switch (Math.abs(${value(around, 1)}) % 4) {\n${parts.join('\n')}\n${indent}}`;
  }

  function closure(around: Around, indent: string): string {
    const [g, n, h] = [fresh('g'), fresh('n'), fresh('h')];
    const own: Around = {
      ...around,
      names: [...around.names, n],
      assignable: ['a', 'b', n],
      breaks: false,
      continues: false,
      loops: [],
      blocks: [],
    };
    const named = around.names.includes('a') ? pick(['a', 'b']) : 'b';
    return pick([
      // Its returns are its own.
      () =>
        `${indent}const ${g} = (${n}, ${h} = ${n}) => ${block(own, indent, `if (${n} > ${h}) return ${value(own, 2)};`).slice(0, -1)}  return ${value(own, 1)};\n${indent}};\n${indent}${named} = ${g}(${value(around, 2)}) - ${g}(1, ${value(around, 2)});`,
      // It assigns what is two functions around.
      () =>
        `${indent}const ${g} = () => { const ${h} = (${n}) => { ${named} += ${n} % 5; if (${condition(around, 1)}) ${named} -= 3; }; ${h}(${value(around, 2)}); };\n${indent}if (${condition(around)}) ${g}();`,
    ])();
  }

  function statement(around: Around, indent: string): string {
    const kind = around.depth >= maxDepth ? below(4) : below(14);
    switch (kind) {
      case 4:
      case 5:
        return `${indent}if (${condition(around)}) ${block(around, indent)}${random() < 0.5 ? ` else ${block(around, indent)}` : ''}`;
      case 6:
        return `${indent}if (${condition(around)}) ${jump(around)}`;
      case 7:
      case 8:
      case 9:
        return loop(around, indent);
      case 10:
        return cases(around, indent);
      case 11: {
        const label = fresh('l');
        return `${indent}${label}: ${block({ ...around, blocks: [...around.blocks, label] }, indent)}`;
      }
      case 12:
        return closure(around, indent);
      case 13: {
        const v = fresh('v');
        return `${indent}if (${condition(around)}) { var ${v} = ${value(around, 1)}; } else { ${v} = ${value(around, 1)}; }\n${indent}${pick(around.assignable)} = ${bounded(`${v} * 2`)};`;
      }
      default:
        return indent + assignment(around);
    }
  }

  const around: Around = {
    depth: 0,
    names: ['a', 'b', 'c', 'x', 'y'],
    assignable: ['a', 'b', 'c', 'x'],
    breaks: false,
    continues: false,
    loops: [],
    blocks: [],
  };
  const body = Array.from({ length: 3 + below(3) }, () => statement(around, '  ')).join('\n');
  return `export function f(x, y) {\n  let a = 1, b = 2, c = y;\n${body}\n  return a + b * 3 + c * 5 + x * 7;\n}\n`;
}
