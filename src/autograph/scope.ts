// Which declaration every name stands for, and where it is assigned.
import type { Identifier, Pattern, Program } from 'acorn';
import { childrenOf, decoratorsOf, type FunctionNode, type Node } from './ast.ts';

export type BindingKind = 'var' | 'let' | 'const' | 'function' | 'class' | 'param' | 'import';

export interface Binding {
  readonly name: string;
  /** How code says it, where that is not its name: a member of a scope object. */
  readonly spelled?: string;
  /** Nothing here declares it, so what assigns it may be elsewhere. */
  readonly free?: true;
  readonly kind: BindingKind;
  /** From here on it exists: the name's own place, or the beginning of the scope for what is hoisted. */
  readonly declared: number;
  /** The function whose variable it is; null for the module. */
  readonly owner: FunctionNode | null;
  /** `import { imported as name } from source`; `*` for a namespace. */
  readonly from?: { readonly source: string; readonly imported: string };
  readonly references: Reference[];
}

export interface Reference {
  readonly node: Identifier;
  readonly read: boolean;
  readonly write: boolean;
  /** The function it stands in. */
  readonly owner: FunctionNode | null;
  readonly binding: Binding | null;
}

export interface Scopes {
  /** All references in source order. */
  readonly references: readonly Reference[];
  readonly of: ReadonlyMap<Identifier, Reference>;
  /** Every identifier in the file, of whatever use: generated names avoid them. */
  readonly names: ReadonlySet<string>;
}

interface Scope {
  readonly parent: Scope | null;
  readonly start: number;
  readonly owner: FunctionNode | null;
  /** Takes `var`. */
  readonly isFunction: boolean;
  readonly bindings: Map<string, Binding>;
}

interface Pending {
  readonly node: Identifier;
  readonly read: boolean;
  readonly write: boolean;
  readonly scope: Scope;
}

/** `free` gives a binding to names that nothing declares, for code that was cut out of its surroundings. */
export function analyseScopes(program: Program, free?: (name: string) => Binding | null): Scopes {
  const pending: Pending[] = [];
  const names = new Set<string>();
  let scope: Scope = { parent: null, start: 0, owner: null, isFunction: true, bindings: new Map() };

  function inside(node: Node, owner: FunctionNode | null, f: () => void): void {
    const outer = scope;
    const own = owner !== null && owner !== outer.owner;
    scope = { parent: outer, start: node.start, owner, isFunction: own, bindings: new Map() };
    f();
    scope = outer;
  }

  function declare(name: string, kind: BindingKind, at: number, from?: Binding['from']): void {
    let target = scope;
    if (kind === 'var') while (!target.isFunction) target = target.parent!;
    if (target.bindings.has(name)) return;
    const hoisted = kind === 'var' || kind === 'function' || kind === 'param';
    target.bindings.set(name, {
      name,
      kind,
      declared: hoisted ? target.start : at,
      owner: target.owner,
      ...(from && { from }),
      references: [],
    });
  }

  function refer(node: Identifier, read: boolean, write: boolean): void {
    pending.push({ node, read, write, scope });
  }

  // The names of a pattern; its defaults and computed keys are expressions. `write`: they are assigned here.
  function pattern(node: Pattern, use: (id: Identifier) => void): void {
    switch (node.type) {
      case 'Identifier':
        names.add(node.name);
        use(node);
        return;
      case 'MemberExpression':
        visit(node);
        return;
      case 'ObjectPattern':
        for (const p of node.properties) {
          if (p.type === 'RestElement') pattern(p.argument, use);
          else {
            if (p.computed) visit(p.key as Node);
            pattern(p.value, use);
          }
        }
        return;
      case 'ArrayPattern':
        for (const e of node.elements) if (e !== null) pattern(e, use);
        return;
      case 'RestElement':
        pattern(node.argument, use);
        return;
      case 'AssignmentPattern':
        pattern(node.left, use);
        visit(node.right as Node);
        return;
    }
  }

  function functionParts(node: FunctionNode): void {
    for (const p of node.params) pattern(p, (id) => declare(id.name, 'param', id.start));
    if (node.body.type === 'BlockStatement') for (const s of node.body.body) visit(s as Node);
    else visit(node.body as Node);
  }

  function visit(node: Node): void {
    switch (node.type) {
      case 'Identifier':
        names.add(node.name);
        refer(node, true, false);
        return;
      case 'FunctionDeclaration':
        if (node.id) {
          names.add(node.id.name);
          declare(node.id.name, 'function', node.id.start);
        }
        inside(node, node as FunctionNode, () => functionParts(node as FunctionNode));
        return;
      case 'FunctionExpression':
      case 'ArrowFunctionExpression':
        inside(node, node, () => {
          if (node.type === 'FunctionExpression' && node.id) {
            names.add(node.id.name);
            declare(node.id.name, 'function', node.id.start);
          }
          functionParts(node);
        });
        return;
      case 'ClassDeclaration':
      case 'ClassExpression':
        if (node.id) names.add(node.id.name);
        if (node.id && node.type === 'ClassDeclaration') declare(node.id.name, 'class', node.id.start);
        for (const d of decoratorsOf(node)) visit(d);
        inside(node, scope.owner, () => {
          if (node.id) declare(node.id.name, 'class', node.id.start);
          if (node.superClass) visit(node.superClass as Node);
          visit(node.body);
        });
        return;
      case 'MethodDefinition':
      case 'PropertyDefinition':
        for (const d of decoratorsOf(node)) visit(d);
        if (node.computed) visit(node.key as Node);
        if (node.value) visit(node.value as Node);
        return;
      case 'BlockStatement':
      case 'SwitchStatement':
      case 'StaticBlock':
      case 'ForStatement':
      case 'ForInStatement':
      case 'ForOfStatement':
        inside(node, scope.owner, () => {
          if (
            (node.type === 'ForInStatement' || node.type === 'ForOfStatement') &&
            node.left.type !== 'VariableDeclaration'
          )
            pattern(node.left, (id) => refer(id, false, true));
          for (const child of childrenOf(node))
            if (!('left' in node) || child !== node.left || node.left.type === 'VariableDeclaration')
              visit(child);
        });
        return;
      case 'CatchClause':
        inside(node, scope.owner, () => {
          if (node.param)
            pattern(node.param, (id) => {
              declare(id.name, 'let', id.start);
              refer(id, false, true);
            });
          visit(node.body);
        });
        return;
      case 'VariableDeclaration': {
        const kind = node.kind === 'var' || node.kind === 'const' ? node.kind : 'let';
        for (const d of node.declarations) {
          if (d.init) visit(d.init as Node);
          pattern(d.id, (id) => {
            declare(
              id.name,
              kind === 'const' || node.kind === 'let' || kind === 'var' ? kind : 'const',
              id.start,
            );
            // A declaration inside a loop or branch is an assignment to a hoisted `var`; to others, their beginning.
            refer(id, false, true);
          });
        }
        return;
      }
      case 'AssignmentExpression':
        pattern(node.left, (id) => refer(id, node.operator !== '=', true));
        visit(node.right as Node);
        return;
      case 'UpdateExpression':
        if (node.argument.type === 'Identifier') {
          names.add(node.argument.name);
          refer(node.argument, true, true);
          return;
        }
        visit(node.argument as Node);
        return;
      case 'MemberExpression':
        visit(node.object as Node);
        if (node.computed) visit(node.property as Node);
        return;
      case 'Property':
        if (node.computed) visit(node.key as Node);
        visit(node.value as Node);
        return;
      case 'ImportDeclaration':
        for (const s of node.specifiers) {
          names.add(s.local.name);
          const imported =
            s.type === 'ImportSpecifier'
              ? s.imported.type === 'Identifier'
                ? s.imported.name
                : String(s.imported.value)
              : s.type === 'ImportDefaultSpecifier'
                ? 'default'
                : '*';
          declare(s.local.name, 'import', 0, { source: String(node.source.value), imported });
        }
        return;
      case 'ExportNamedDeclaration':
        for (const d of decoratorsOf(node)) visit(d);
        if (node.declaration) visit(node.declaration as Node);
        if (!node.source)
          for (const s of node.specifiers) if (s.local.type === 'Identifier') refer(s.local, true, false);
        return;
      case 'ExportAllDeclaration':
      case 'BreakStatement':
      case 'ContinueStatement':
      case 'MetaProperty':
        return;
      case 'LabeledStatement':
        visit(node.body as Node);
        return;
      default:
        for (const child of childrenOf(node)) visit(child);
    }
  }

  const cutOff = new Map<string, Binding | null>();
  function freeBinding(name: string): Binding | null {
    if (free === undefined) return null;
    if (!cutOff.has(name)) cutOff.set(name, free(name));
    return cutOff.get(name)!;
  }

  for (const s of program.body) visit(s as Node);

  const references = pending
    .map(({ node, read, write, scope: from }): Reference => {
      let at: Scope | null = from;
      while (at !== null && !at.bindings.has(node.name)) at = at.parent;
      const binding = at?.bindings.get(node.name) ?? freeBinding(node.name);
      return { node, read, write, owner: from.owner, binding };
    })
    .sort((a, b) => a.node.start - b.node.start);
  for (const r of references) r.binding?.references.push(r);
  return { references, of: new Map(references.map((r) => [r.node, r])), names };
}

/** The references within a stretch of the source. */
export function referencesWithin({ references }: Scopes, start: number, end: number): readonly Reference[] {
  let low = 0;
  let high = references.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (references[middle]!.node.start < start) low = middle + 1;
    else high = middle;
  }
  let last = low;
  while (last < references.length && references[last]!.node.start < end) last++;
  return references.slice(low, last);
}

/** Is it given another value after its declaration? */
export function isReassigned({ references, kind }: Binding): boolean {
  if (kind === 'const') return false;
  return references.filter((r) => r.write).length > (kind === 'let' || kind === 'var' ? 1 : 0);
}

/** Does a function other than its own mention it? Its life then goes beyond what can be seen in the order of statements. */
export function isCaptured(binding: Binding): boolean {
  return binding.references.some((r) => r.owner !== binding.owner);
}
