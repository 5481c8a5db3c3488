// The table that `summary()` prints.
import type { Tensor } from '../../index.ts';
import type { Module } from '../module.ts';
import { showSizes, symbolicIn } from '../symbolic.ts';
import type { Graph } from './graph.ts';
import type { Model } from './model.ts';
import { uniqueNames } from './names.ts';

const heading = ['layer', 'result', 'weights', 'from'] as const;

export function summaryOf(model: Model, graph: Graph): string {
  const { layers } = model;
  const names = uniqueNames(layers, model.name);
  const nameOf = (module: Module): string => names[layers.indexOf(module)]!;
  const madeBy = new Map<Tensor, string>();
  const inputs = symbolicIn(graph.inputs);
  inputs.forEach((x, i) => madeBy.set(x, x.label ?? (inputs.length === 1 ? 'input' : `input${i}`)));
  const rows: string[][] = inputs.map((x) => [madeBy.get(x)!, showSizes(x.shape), '0', '']);
  const counted = new Set<Module>();
  for (const { what, args, results } of graph.applications) {
    const name = what.kind === 'module' ? nameOf(what.module) : `${what.name}()`;
    const made = symbolicIn(results);
    for (const x of made) madeBy.set(x, name);
    const isNew = what.kind === 'module' && !counted.has(what.module);
    if (isNew) counted.add(what.module);
    const shown = what.kind === 'module' ? `${name} (${what.module.constructor.name})` : name;
    rows.push([
      shown,
      made.map((x) => showSizes(x.shape)).join(' '),
      what.kind === 'function' ? '0' : isNew ? String(sizeOfWeights(what.module)) : 'shared',
      symbolicIn(args)
        .map((x) => madeBy.get(x) ?? '?')
        .join(', '),
    ]);
  }
  const total = (list: readonly { readonly size: number }[]): number => list.reduce((n, v) => n + v.size, 0);
  const [all, trained] = [total(model.weights), total(model.trainableWeights)];
  return [
    `Model '${model.name}'`,
    table([[...heading], ...rows]),
    `${all} weights, ${trained} of them trained`,
  ].join('\n');
}

function sizeOfWeights(module: Module): number {
  return module.namedVariables().reduce((n, [, v]) => n + v.size, 0);
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, k) => Math.max(...rows.map((row) => row[k]!.length)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, k) => (k === 2 ? cell.padStart(widths[k]!) : cell.padEnd(widths[k]!)))
      .join('  ')
      .trimEnd();
  const rule = widths.map((w) => '-'.repeat(w)).join('  ');
  return [line(rows[0]!), rule, ...rows.slice(1).map(line), rule].join('\n');
}
