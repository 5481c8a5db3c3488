// What a golden file can ask for: `// run: <command> …`, each from the text so far to the text that follows.
import '../../src/tensor/eager.ts';
import { emitProgram } from '../../src/codegen/js/program.ts';
import { emitModule } from '../../src/codegen/wasm/program.ts';
import { moduleText } from '../../src/codegen/wasm/text.ts';
import { parse } from '../../src/ir/parse.ts';
import { print } from '../../src/ir/print.ts';
import { lower } from '../../src/lower/lower.ts';
import { printProgram } from '../../src/lower/print.ts';
import { registry } from '../../src/ops/index.ts';
import { differentiate } from '../../src/passes/differentiate.ts';
import { type Pass, runPasses } from '../../src/passes/pass.ts';
import { optimize, pipeline } from '../../src/passes/pipeline.ts';
import { ParseError } from '../../src/util/errors.ts';

/** A command gets the words behind its name. */
export type Command = (text: string, words: readonly string[]) => string;

export const commands: Readonly<Record<string, Command>> = {
  /** Reads and prints back. */
  parse: (text) => print(parse(text, registry), { locations: true }),
  /** The message of the error that reading throws. */
  'parse-error': (text) => {
    try {
      parse(text, registry);
    } catch (error) {
      if (error instanceof ParseError) return `${error.summary}\n`;
      throw error;
    }
    throw new Error('the text parses');
  },
  /** Runs the passes named, or the whole pipeline where none is; a word `fast` allows relaxed rules. */
  passes: (text, words) => {
    const precision = words.includes('fast') ? 'fast' : 'strict';
    const named = words.filter((w) => w !== 'fast').map((w) => passByName(w));
    const func = parse(text, registry);
    return print(
      (named.length > 0 ? runPasses(func, named, { precision }) : optimize(func, { precision })).func,
    );
  },
  /** The JavaScript of the function, which is lowered as it stands; a word `fast` relaxes its kernels. */
  javascript: (text, words) =>
    emitProgram(lower(parse(text, registry), { precision: words.includes('fast') ? 'fast' : 'strict' })),
  /** The WebAssembly module of the function as text; a word `fast` allows other rounding. */
  wat: (text, words) => {
    const precision = words.includes('fast') ? 'fast' : 'strict';
    return moduleText(
      emitModule(lower(parse(text, registry), { precision, target: 'wasm' }), precision).bytes,
    );
  },
  /** The program: kernels and memory. Numbers name donated parameters; a word `fast` allows wider intermediates, `wasm` marks loops with lanes. */
  lower: (text, words) => {
    const precision = words.includes('fast') ? 'fast' : 'strict';
    const target = words.includes('wasm') ? 'wasm' : 'js';
    const donated = words.filter((w) => w !== 'fast' && w !== 'wasm').map(Number);
    return `${printProgram(lower(parse(text, registry), { precision, donated, target }))}\n`;
  },
  /** The function's forward and backward halves, both without dead code. */
  differentiate: (text, words) => {
    const inputs = words.length > 0 ? words.map(Number) : undefined;
    const { forward, backward } = differentiate(parse(text, registry), inputs);
    return `${print(forward)}\n${print(backward)}`;
  },
};

function passByName(name: string): Pass {
  const pass = pipeline.find((p) => p.name === name);
  if (!pass) throw new Error(`no pass ${name}; there are ${pipeline.map((p) => p.name).join(', ')}`);
  return pass;
}
