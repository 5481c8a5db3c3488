// What a golden file can ask for: `// run: <command> …`, each from the text so far to the text that follows.
import { parse } from '../../src/ir/parse.ts';
import { print } from '../../src/ir/print.ts';
import { registry } from '../../src/ops/index.ts';
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
};
