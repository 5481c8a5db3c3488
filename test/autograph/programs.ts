// Random structured programs: every statement the transform converts, every loop with an end, every variable with a value.
import { seeded } from '../../src/util/rng.ts';

/** What programs compute with: operators of expressions, and how what they give is kept from growing. */
export interface Arithmetic {
  readonly literals: readonly string[];
  readonly operators: readonly ((
    value: () => string,
    condition: () => string,
    literal: () => string,
  ) => string)[];
  readonly bounded: (value: string) => string;
  /** An integer, for the cases of a switch. */
  readonly integer: (value: string) => string;
}

/** Whole numbers, exact in float32 and in int32. */
export const whole: Arithmetic = {
  literals: ['0', '1', '2', '3', '4', '5', '6', '7', '8'],
  operators: [
    (v) => `(${v()} + ${v()})`,
    (v) => `(${v()} - ${v()})`,
    (v) => `((${v()} % 11) * (${v()} % 7))`,
    (v, c) => `(${c()} ? ${v()} : ${v()})`,
    (v) => `(-${v()})`,
    (v) => `Math.max(${v()}, ${v()})`,
    (v) => `Math.min(${v()}, ${v()})`,
    (v) => `Math.abs(${v()})`,
    (v) => `((${v()} % 5) ** 2)`,
    (v, _, literal) => `(${v()} % (2 + ${literal()}))`,
  ],
  bounded: (value) => `(${value}) % 97`,
  integer: (value) => `Math.abs(${value})`,
};

/** Functions with derivatives of moderate size, almost everywhere. */
export const smooth: Arithmetic = {
  literals: ['0.25', '0.5', '0.75', '1', '1.5', '2', '3'],
  operators: [
    (v) => `(${v()} + ${v()})`,
    (v) => `(${v()} - ${v()})`,
    (v) => `(Math.sin(${v()}) * ${v()})`,
    (v) => `(${v()} * 0.75)`,
    (v) => `(${v()} / (1 + Math.abs(${v()})))`,
    (v, c) => `(${c()} ? ${v()} : ${v()})`,
    (v) => `(-${v()})`,
    (v) => `Math.max(${v()}, ${v()})`,
    (v) => `Math.cos(${v()})`,
    (v) => `Math.tanh(${v()})`,
    (v) => `Math.sqrt(1 + Math.abs(${v()}))`,
    (v) => `((${v()} / 4) ** 2)`,
  ],
  bounded: (value) => `3 * Math.tanh((${value}) / 3)`,
  // tanh of a large number is 1 in float32 and just below in JavaScript: the steps must not lie there.
  integer: (value) => `Math.floor(0.3 + Math.abs(${value}))`,
};

/**
 * The source of a module with `export function f(x, y)`. Statements nest up to `nesting` levels. `objects`: some of its variables are objects, several of
 * which may be one.
 */
export function randomProgram(
  seed: number,
  nesting: number,
  arithmetic: Arithmetic = whole,
  objects = false,
): string {
  const random = seeded(seed);
  const below = (n: number): number => Math.floor(random() * n);
  const pick = <T>(list: readonly T[]): T => list[below(list.length)]!;
  const literal = (): string => pick(arithmetic.literals);
  let names = 0;
  const variables = ['a', 'b', 'c', 'p.w', 'q[1]', ...(objects ? ['o.v', 'r.v', 's.v', 'u.v'] : [])];
  const plain = ['a', 'b', 'c'];

  interface Around {
    /** Inside a loop, which break and continue may leave. */
    readonly loop: boolean;
    readonly labels: readonly string[];
    readonly depth: number;
    /** Variables of loops around. */
    readonly counters: readonly string[];
    /** May it call the closures at the top, which assign variables? */
    readonly closures: boolean;
    /** Inside a function of its own, where `return` is not the program's. */
    readonly inner: boolean;
  }

  function value(around: Around, depth = 0): string {
    if (depth > 2 || random() < 0.35) return pick([...variables, 'x', 'y', ...around.counters, literal()]);
    return pick(arithmetic.operators)(
      () => value(around, depth + 1),
      () => condition(around, depth + 1),
      literal,
    );
  }

  function condition(around: Around, depth = 0): string {
    const sub = (): string => condition(around, depth + 1);
    if (depth > 1 || random() < 0.6)
      return `${value(around, 2)} ${pick(['<', '<=', '>', '>=', '===', '!=='])} ${value(around, 2)}`;
    return pick([() => `(${sub()} && ${sub()})`, () => `(${sub()} || ${sub()})`, () => `!(${sub()})`])();
  }

  // Which object a variable is. What `u` has, nothing else has.
  function objectAssignment(around: Around): string {
    const made = (): string => `{ v: ${arithmetic.bounded(value(around, 1))} }`;
    return pick([
      () => 'o = r;',
      () => 'o = s;',
      () => `o = ${condition(around)} ? r : s;`,
      () => `o = ${made()};`,
      () => `u = ${made()};`,
      () => `u = ${condition(around)} ? ${made()} : ${made()};`,
      () => '[r, s] = [s, r];',
    ])();
  }

  function assignment(around: Around): string {
    if (objects && random() < 0.2) return objectAssignment(around);
    const name = pick(variables);
    switch (below(7)) {
      case 4:
        return around.closures ? `h${below(2)}(${value(around, 2)});` : `${name} -= 1;`;
      case 0:
        return `${name} ${pick(['+=', '-='])} ${value(around)};`;
      case 1:
        return `${name}${pick(['++', '--'])};`;
      case 2: {
        const [one, other] = [pick(plain), pick(plain)];
        return `[${one}, ${other}] = [${value(around, 2)}, ${value(around, 2)}];`;
      }
      case 3:
        return `a = b${pick(['++', '--'])} + ${pick(['++', '--'])}p.w;`;
      default:
        return `${name} = ${arithmetic.bounded(value(around))};`;
    }
  }

  function jump(around: Around): string | null {
    const options: string[] = [];
    if (around.loop) options.push('break;', 'continue;');
    for (const label of around.labels) options.push(`break ${label};`, `continue ${label};`);
    if (!around.inner) options.push(`return ${value(around, 1)};`);
    return options.length === 0 ? null : pick(options);
  }

  function block(around: Around, indent: string): string {
    const count = 1 + below(around.depth > 2 ? 2 : 3);
    const lines = Array.from({ length: count }, () => statement(around, indent));
    return lines.join('\n');
  }

  function statement(around: Around, indent: string): string {
    const deeper: Around = { ...around, depth: around.depth + 1 };
    const inside = (a: Around): string => `{\n${block(a, `${indent}  `)}\n${indent}}`;
    const kind = around.depth >= nesting ? below(4) : below(15);
    switch (kind) {
      case 4:
      case 5: {
        const otherwise = random() < 0.5 ? ` else ${inside(deeper)}` : '';
        return `${indent}if (${condition(around)}) ${inside(deeper)}${otherwise}`;
      }
      case 6: {
        const taken = jump(around);
        return taken === null ? indent + assignment(around) : `${indent}if (${condition(around)}) ${taken}`;
      }
      case 7:
      case 8: {
        const i = `i${names++}`;
        const bound = pick(['3', '(y % 4)', '(Math.abs(x) % 4)', '(Math.abs(a) % 5)']);
        const label = random() < 0.3 ? `l${names++}` : null;
        const body: Around = {
          ...deeper,
          loop: true,
          labels: label === null ? around.labels : [...around.labels, label],
          counters: [...around.counters, i],
        };
        return `${indent}${label === null ? '' : `${label}: `}for (let ${i} = 0; ${i} < ${bound}; ${i}++) ${inside(body)}`;
      }
      case 9: {
        const k = `k${names++}`;
        const body: Around = { ...deeper, loop: true };
        const test = `${k} < ${2 + below(3)} && ${condition(around, 1)}`;
        const content = `{\n${indent}  ${k} += 1;\n${block(body, `${indent}  `)}\n${indent}}`;
        const loop = random() < 0.6 ? `while (${test}) ${content}` : `do ${content} while (${test});`;
        return `${indent}let ${k} = 0;\n${indent}${loop}`;
      }
      case 10: {
        const e = `e${names++}`;
        const body: Around = { ...deeper, loop: true, counters: [...around.counters, e] };
        return `${indent}for (const ${e} of [${value(around, 2)}, ${value(around, 2)}, 4]) ${inside(body)}`;
      }
      case 11: {
        // A bare `continue` in a switch means the loop around it; a bare `break` the switch.
        const body: Around = { ...deeper, loop: false };
        const cases = Array.from({ length: 3 }, (_, i) => {
          const end = random() < 0.7 ? `\n${indent}    break;` : '';
          return `${indent}  case ${i}: {\n${block(body, `${indent}    `)}\n${indent}  }${end}`;
        });
        const last = random() < 0.6 ? `\n${indent}  default:\n${indent}    ${assignment(around)}` : '';
        return `${indent}switch (${arithmetic.integer(value(around, 1))} % 4) {\n${cases.join('\n')}${last}\n${indent}}`;
      }
      case 12: {
        const name = `g${names++}`;
        const body: Around = { ...deeper, inner: true, loop: false, labels: [] };
        return `${indent}const ${name} = () => ${inside(body)};\n${indent}${name}();`;
      }
      case 13:
        return `${indent}${condition(around)} && (${pick(plain)} = ${arithmetic.bounded(value(around, 1))});`;
      default:
        return indent + assignment(around);
    }
  }

  // First of all, since what follows a `return` that a tensor decides is staged, and so is what throws behind it.
  function tryStatement(): string {
    const part = (): string => `{\n${block(top, '    ')}\n  }`;
    const tried = block(top, '    ');
    const throws = !tried.includes('return') && random() < 0.6 ? "\n    throw new Error('caught');" : '';
    const after = random() < 0.5 ? ` finally {\n    ${assignment(top)}\n  }` : '';
    return `  try {\n${tried}${throws}\n  } catch ${part()}${after}`;
  }

  const top: Around = { closures: true, loop: false, labels: [], depth: 0, counters: [], inner: false };
  const inClosure: Around = { ...top, closures: false, inner: true, depth: nesting - 1, counters: ['k'] };
  const closures = [0, 1].map((i) => `  const h${i} = (k) => {\n${block(inClosure, '    ')}\n  };\n`);
  const body = [
    ...(random() < 0.2 ? [tryStatement()] : []),
    ...Array.from({ length: nesting + below(4) }, () => statement(top, '  ')),
  ].join('\n');
  return `export function f(x, y) {
  let a = 1, b = 2, c = y;
  const p = { w: 3 };
  const q = [5, 6];
${objects ? '  let r = { v: 2 }, s = { v: 3 }, o = r, u = { v: 4 };\n' : ''}${closures.join('')}${body}
  return a + b * 3 + c * 5 + p.w * 7 + q[1] * 11${objects ? ' + o.v * 13 + r.v * 17 + s.v * 19 + u.v * 23' : ''};
}
`;
}
