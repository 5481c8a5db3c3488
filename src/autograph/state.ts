// The state of a construct: the variables assigned in it and declared outside, with a way to read and to set them all at once.
import type { Node } from './ast.ts';
import { flagOf, type Place, placeOf } from './context.ts';
import { hasCell } from './convert/cells.ts';
import type { Jump } from './jumps.ts';
import type { Live } from './liveness.ts';
import type { Rope } from './rope.ts';
import { type Binding, isCaptured, referencesWithin } from './scope.ts';

export interface StateRequest {
  readonly start: number;
  readonly end: number;
  /** Read after the construct; null: anything may be. */
  readonly after: Live | null;
  /** Of a loop: read at its head. */
  readonly head?: Live;
  /** Jumps whose flags are set in it. */
  readonly jumps: Iterable<Jump>;
  /** The construct, for its place. */
  readonly node: Node;
}

interface StateVariable {
  readonly name: string;
  readonly spelled: string;
  readonly kind: string;
  readonly line: number;
  readonly sole: boolean;
}

const generated = { line: 0, sole: false };

/**
 * What the runtime needs to stage a construct, as an object literal. `kinds` has a letter per name: `h` read at the head of the loop,
 * `a` read afterwards, `d` dead, `f` a flag of a jump, `r` the value returned.
 */
export function stateOf(request: StateRequest, at: Place): Rope {
  const { start, end, node, jumps } = request;
  const { names } = at.file;
  const symbols: StateVariable[] = [];
  for (const { binding, line } of assigned(start, end, at)) {
    const { name, spelled = name } = binding;
    const sole = at.file.objects.sole.has(binding);
    symbols.push({ name, spelled, kind: kindOf(binding, request, at), line, sole });
  }
  const flagged = [...jumps];
  const where = JSON.stringify(placeOf(at.file, node.start));

  // Whether the flag of a continue is ever asked for is known only at the end.
  return () => {
    const all = [...symbols];
    for (const jump of flagged) {
      if (jump.kind !== 'return' && !at.fn.asked.has(jump)) continue;
      const flag = flagOf(jump, at);
      all.push({ ...generated, name: flag, spelled: flag, kind: 'f' });
      if (jump.kind === 'return') all.push({ ...generated, name: names.ret, spelled: names.ret, kind: 'r' });
    }
    if (all.length === 0) return `{ at: ${where} }`;
    const list = all.map((s) => s.spelled).join(', ');
    const quoted = all.map((s) => JSON.stringify(s.name)).join(', ');
    const kinds = all.map((s) => s.kind).join('');
    const lines = all.map((s) => s.line).join(', ');
    const alone = all.flatMap((s, k) => (s.sole ? [k] : [])).join(', ');
    const sole = alone === '' ? '' : ` sole: [${alone}],`;
    return `{ at: ${where}, names: [${quoted}], kinds: "${kinds}", lines: [${lines}],${sole} get: () => [${list}], set: (${names.value}) => { [${list}] = ${names.value}; } }`;
  };
}

function assigned(start: number, end: number, at: Place): { binding: Binding; line: number }[] {
  const found = new Map<Binding, number>();
  for (const { binding, write, node, owner } of referencesWithin(at.file.scopes, start, end)) {
    if (!write || binding === null || binding.kind === 'const' || binding.kind === 'import') continue;
    if (hasCell(binding, at)) continue;
    if (found.has(binding) || (binding.declared >= start && binding.declared < end)) continue;
    // Assigned by a closure, and declared only later: it does not exist yet.
    if (binding.declared >= end && binding.owner === at.fn.node && owner !== at.fn.node) continue;
    found.set(binding, at.file.places.at(node.start).line);
  }
  return [...found].map(([binding, line]) => ({ binding, line }));
}

function kindOf(binding: Binding, { after, head }: StateRequest, at: Place): string {
  const everywhere = isCaptured(binding) || binding.owner !== at.fn.node;
  if (head !== undefined) {
    if (everywhere || head.has(binding)) return 'h';
    return after === null || after.has(binding) ? 'a' : 'd';
  }
  return everywhere || after === null || after.has(binding) ? 'a' : 'd';
}
