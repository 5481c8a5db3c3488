// Names of layers inside one model: the user's, or the class's with a number where there are several.
import { ArgumentError } from '../../index.ts';
import { Layer, lowerFirst } from '../layer.ts';
import type { Module } from '../module.ts';

/** A name for each, all different: `dense`, `dense1`, … Throws an ArgumentError where the user gave one twice. */
export function uniqueNames(modules: readonly Module[], where: string): readonly string[] {
  const given = modules.map((m) => (m instanceof Layer ? m.config.name : undefined));
  const used = new Set<string>();
  for (const name of given) {
    if (typeof name !== 'string') continue;
    if (used.has(name))
      throw new ArgumentError(`${where}: two layers are named '${name}'; names in one model must differ`);
    used.add(name);
  }
  return modules.map((m, i) => {
    if (typeof given[i] === 'string') return given[i];
    const base = lowerFirst(m.constructor.name);
    let name = base;
    for (let n = 1; used.has(name); n++) name = `${base}${n}`;
    used.add(name);
    return name;
  });
}
