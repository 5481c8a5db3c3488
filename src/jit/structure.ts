// Code for one structure of arguments and results: what `matches` and `unflatten` do with any, without looking at the structure again at every call.
import { EagerTensor } from '../tensor/eager.ts';
import { isPlainObject, type Tree } from '../trace/tree.ts';
import { functionFrom } from '../util/code.ts';
import { type ArgumentKey, matchesLeaf, sameStatic } from './key.ts';

export interface Structure {
  /** Are these arguments of the key? If so, `leaves` holds theirs. */
  accepts(args: readonly unknown[], leaves: unknown[]): boolean;
  /** The results as the function returns them. */
  rebuild(results: readonly unknown[]): unknown;
}

// Engines do not optimise functions of any length.
const mostNodes = 500;

/**
 * The code; null where it would be too long, or where none may be generated. The text is made of nothing but counts: keys of objects and static values are
 * data that it is given.
 */
export function compileStructure(key: ArgumentKey, output: Tree): Structure | null {
  if (nodesIn(key.tree) + nodesIn(output) > mostNodes) return null;
  const given: Given = { names: [], statics: [] };
  const checks = checksOf(key.tree, 'args', given);
  const rebuilt = rebuiltOf(output, given);
  const make = functionFrom(
    ['leafKeys', 'names', 'statics', 'EagerTensor', 'isPlainObject', 'matchesLeaf', 'sameStatic'],
    `'use strict';
return {
  accepts(args, leaves) {
${checks.join('\n')}
    return true;
  },
  rebuild(results) {
    return ${rebuilt};
  },
};`,
  );
  const { names, statics } = given;
  return (
    make && (make as Make)(key.leaves, names, statics, EagerTensor, isPlainObject, matchesLeaf, sameStatic)
  );
}

type Make = (...given: readonly unknown[]) => Structure;

function nodesIn(tree: Tree): number {
  if (tree.kind === 'leaf' || tree.kind === 'static') return 1;
  return tree.items.reduce((sum, item) => sum + nodesIn(item), 1);
}

/** What the code is given: the keys of each object, and static values. */
interface Given {
  readonly names: (readonly string[])[];
  readonly statics: unknown[];
}

function checksOf(tree: Tree, value: string, given: Given): string[] {
  switch (tree.kind) {
    case 'leaf': {
      const [leaf, key] = [`leaf${tree.index}`, `leafKeys[${tree.index}]`];
      return [
        `const ${leaf} = ${value};`,
        // Mostly it is a tensor that has the type object itself. Keys of variables have no type.
        `if (!(${leaf} instanceof EagerTensor && ${leaf}.type === ${key}.type) && !matchesLeaf(${key}, ${leaf})) return false;`,
        `leaves[${tree.index}] = ${leaf};`,
      ];
    }
    case 'static':
      return [`if (!sameStatic(statics[${given.statics.push(tree.value) - 1}], ${value})) return false;`];
    case 'list': {
      const { length } = tree.items;
      const items = tree.items.flatMap((item, i) => checksOf(item, `list[${i}]`, given));
      return scope('list', value, [
        `if (!Array.isArray(list) || list.length !== ${length}) return false;`,
        ...items,
      ]);
    }
    case 'dict': {
      const names = `names[${given.names.push(tree.keys) - 1}]`;
      const items = tree.items.flatMap((item, i) => checksOf(item, `dict[${names}[${i}]]`, given));
      return scope('dict', value, [
        'if (!isPlainObject(dict)) return false;',
        'let count = 0;',
        `for (const name in dict) if (name !== ${names}[count++]) return false;`,
        `if (count !== ${tree.keys.length}) return false;`,
        ...items,
      ]);
    }
  }
}

// A block in which `name` is the value, which may be an element of an outer value of that name.
function scope(name: string, value: string, lines: readonly string[]): string[] {
  return [`{ const outer = ${value}; {`, `const ${name} = outer;`, ...lines, '} }'];
}

function rebuiltOf(tree: Tree, given: Given): string {
  switch (tree.kind) {
    case 'leaf':
      return `results[${tree.index}]`;
    case 'static':
      return `statics[${given.statics.push(tree.value) - 1}]`;
    case 'list':
      return `[${tree.items.map((item) => rebuiltOf(item, given)).join(', ')}]`;
    case 'dict': {
      const names = `names[${given.names.push(tree.keys) - 1}]`;
      return `{ ${tree.items.map((item, i) => `[${names}[${i}]]: ${rebuiltOf(item, given)}`).join(', ')} }`;
    }
  }
}
