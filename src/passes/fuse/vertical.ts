// Producers join their consumers: chains and diamonds of elementwise work, prologues of reductions, epilogues of reductions and contractions.
import type { Instr } from '../../ir/func.ts';
import type { Fuel } from '../pass.ts';
import { isAlias } from './cost.ts';
import type { FusionGraph, Group } from './graph.ts';
import { fusionKind } from './legality.ts';

/** Consumers first, so that work sinks towards where its result is used; among several consumers the nearest wins. */
export function fuseVertically(graph: FusionGraph, fuel: Fuel): void {
  for (const instr of graph.func.body.toReversed()) {
    let joined = true;
    while (joined)
      joined = consumersOf(instr, graph).some((c) => tryMerge(graph.groupOf(instr), c, graph, fuel));
  }
}

function consumersOf(instr: Instr, graph: FusionGraph): readonly Group[] {
  const own = graph.groupOf(instr);
  const groups = new Set(instr.results.flatMap((r) => graph.users.get(r) ?? []).map((u) => graph.groupOf(u)));
  groups.delete(own);
  // A reshape that found no consumer to join stays outside of fusions: joining it would lead nowhere.
  return [...groups].filter((g) => !g.members.every(isAlias)).sort((a, b) => a.position - b.position);
}

/** One fusion of both, if it is one by the rules of fusions and could run: nothing outside may lie between them. */
export function tryMerge(a: Group, b: Group, graph: FusionGraph, fuel: Fuel): boolean {
  if (a === b || !mayJoin(a, b)) return false;
  const both = graph.joined(a, b);
  const kind = fusionKind(a, b, both, graph);
  if (kind === null || graph.makesCycle(a, b) || !fuel.take(`fuse ${kind}`)) return false;
  graph.merge(a, b, kind, [graph.membersOf(a, b)], both);
  return true;
}

// What no look at the members could allow.
function mayJoin(a: Group, b: Group): boolean {
  if (a.kind === 'alone' || b.kind === 'alone' || a.kind === 'group' || b.kind === 'group') return false;
  return a.kind === 'map' || b.kind === 'map' || (isByRows(a) && isByRows(b));
}

const isByRows = ({ kind }: Group): boolean => kind === 'reduce' || kind === 'rows';
