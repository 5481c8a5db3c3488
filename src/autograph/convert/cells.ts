// Variables that closures assign. A closure may be called in a staged branch that does not contain it, so the assignments of such a
// variable are announced to the journal, like those of a member: of an object that stands for the variable.
import type { Pattern, Program } from 'acorn';
import { type Node, targetsOf, walk } from '../ast.ts';
import { call, type Place } from '../context.ts';
import type { Rope } from '../rope.ts';
import { type Binding, referencesWithin, type Scopes } from '../scope.ts';

/**
 * The variables that have a cell: parameters, `var`, what a `let` declares, also in the head of a loop, and what a `catch` gets, if a function
 * inside the one they belong to assigns them.
 */
export function variablesWithCells(program: Program, { of, references }: Scopes): ReadonlySet<Binding> {
  const found = new Set<Binding>();
  const take = (binding: Binding | null | undefined): void => {
    if (binding?.owner && binding.references.some((r) => r.write && r.owner !== binding.owner))
      found.add(binding);
  };
  for (const { binding } of references)
    if (binding?.kind === 'param' || binding?.kind === 'var') take(binding);
  walk(program, (node, parent) => {
    const declares = (pattern: Pattern): void => {
      for (const id of targetsOf(pattern)) if (id.type === 'Identifier') take(of.get(id)?.binding);
    };
    if (node.type === 'CatchClause' && node.param) declares(node.param);
    if (node.type === 'VariableDeclaration' && node.kind === 'let' && parent?.type !== 'Program')
      for (const d of node.declarations) declares(d.id);
    return true;
  });
  return found;
}

/** Is it in the journal, and not in the state of constructs? */
export function hasCell(binding: Binding, at: Place): boolean {
  const { owner } = binding;
  if (owner === null || !at.file.cells.has(binding)) return false;
  // Variables around everything that is converted have none: that they are assigned is reported.
  return at.file.converted.some((f) => f.start <= owner.start && owner.end <= f.end);
}

function cellName(binding: Binding, at: Place): string {
  return `${at.file.names.value}_${binding.name}`;
}

/** The object that stands for a variable. It is gone when the region ends that the variable is declared in. */
export function cell(binding: Binding, at: Place): string {
  const { name } = binding;
  const { ag, value } = at.file.names;
  return `const ${cellName(binding, at)} = ${ag}.fresh({ get ${name}() { return ${name}; }, set ${name}(${value}) { ${name} = ${value}; } });`;
}

/** The cells that a declaration needs in front of it. A `var` has its cell where the function begins. */
export function cellsBefore(statement: Node, at: Place): Rope {
  if (statement.type !== 'VariableDeclaration' || statement.kind === 'var') return '';
  return statement.declarations.map((d) => cellsOf(d.id, at));
}

/** The cells of what a pattern declares. */
export function cellsOf(pattern: Pattern, at: Place): Rope {
  return targetsOf(pattern).map((id) => {
    const binding = id.type === 'Identifier' ? at.file.scopes.of.get(id)?.binding : undefined;
    return binding && hasCell(binding, at) ? [cell(binding, at), ' '] : '';
  });
}

/** The cells of parameters and hoisted variables. */
export function cellsOfFunction(at: Place): string {
  const { node } = at.fn;
  const found = new Set<Binding>();
  for (const { binding } of referencesWithin(at.file.scopes, node.start, node.end))
    if (binding !== null && binding.owner === node && (binding.kind === 'param' || binding.kind === 'var'))
      found.add(binding);
  const own = [...found].filter((b) => hasCell(b, at));
  // The cells stand in the body, which defaults do not see.
  for (const { name, references } of own)
    for (const r of references)
      if (r.write && r.owner !== node && r.node.start < node.body.start)
        at.file.report.add(
          r.node.start,
          `a function in the default of a parameter assigns the parameter ${name}; assign it in the body`,
        );
  return own.map((b) => ` ${cell(b, at)}`).join('');
}

/** Announces the assignment of a variable that has a cell, as an expression in front of it. */
export function announce(binding: Binding | null | undefined, at: Place): Rope | null {
  if (!binding || !hasCell(binding, at)) return null;
  return call(at, 'touch', cellName(binding, at), JSON.stringify(binding.name));
}
