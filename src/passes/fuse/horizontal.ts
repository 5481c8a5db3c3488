// Groups that do not feed each other share a kernel: because they read the same memory, or because each is so small that its call costs most.
import type { Instr } from '../../ir/func.ts';
import { sizeOf } from '../../ir/types.ts';
import type { Fuel } from '../pass.ts';
import { isAlias, maxGroupOperands, maxGroupWeight, roleOf, smallElements } from './cost.ts';
import type { FusionGraph, Group } from './graph.ts';
import { tryMerge } from './vertical.ts';

// More open groups would find more to join, at the price of a search each.
const maxOpen = 8;

/** Reductions of one value over the same axes: before anything else claims that value. */
export function fuseSiblingReductions(graph: FusionGraph, fuel: Fuel): void {
  for (const readers of graph.users.values()) {
    const [first, ...others] = readers.filter((r) => graph.groupOf(r).kind === 'reduce');
    if (first) for (const other of others) tryMerge(graph.groupOf(first), graph.groupOf(other), graph, fuel);
  }
}

/** Fusions that read one value in one loop load it once: maps, or reductions over the same axes. */
export function fuseReadersOfOneValue(graph: FusionGraph, fuel: Fuel): void {
  for (const readers of graph.users.values()) {
    let hosts: Instr[] = [];
    for (const reader of readers) {
      const { kind } = graph.groupOf(reader);
      // Loops that see the value through views read it in different orders.
      if ((kind !== 'map' && kind !== 'reduce') || roleOf(reader) === 'view') continue;
      const joined = hosts.some((host) => {
        const [a, b] = [graph.groupOf(host), graph.groupOf(reader)];
        return a === b || (a.kind === b.kind && tryMerge(a, b, graph, fuel));
      });
      if (!joined) hosts = [...hosts, reader].slice(-maxOpen);
    }
  }
}

/** Small maps that are independent become one `group`: one kernel with a loop nest for each. */
export function groupSmallMaps(graph: FusionGraph, fuel: Fuel): void {
  let open: Group[] = [];
  for (const group of graph.groups()) {
    if (!isSmallMap(group)) continue;
    const host = open.find((o) => fitsBeside(o, group, graph));
    if (host && fuel.take('fuse group')) {
      const merged = graph.merge(host, group, 'group', [...host.parts, ...group.parts]);
      open = open.map((o) => (o === host ? merged : o));
    } else open = [...open, group].slice(-maxOpen);
  }
}

function isSmallMap(group: Group): boolean {
  return (
    group.kind === 'map' &&
    !group.members.every(isAlias) &&
    group.members.every((m) => m.results.every((r) => sizeOf(r.type.shape) <= smallElements))
  );
}

function fitsBeside(a: Group, b: Group, graph: FusionGraph): boolean {
  const { weight, operands, results } = graph.joined(a, b);
  if (operands.size + results.length > maxGroupOperands || weight > maxGroupWeight) return false;
  return !a.next.has(b) && !b.next.has(a) && !graph.makesCycle(a, b);
}
