// What the converters share: the file, the function they are in, and how they call each other.
import type { Identifier } from 'acorn';
import type { FunctionNode, Node } from './ast.ts';
import { childrenOf } from './ast.ts';
import type { Report } from './diagnostics.ts';
import type { Jump, Jumps } from './jumps.ts';
import type { Liveness } from './liveness.ts';
import type { Objects } from './objects.ts';
import type { Places } from './places.ts';
import { type Rope, slice } from './rope.ts';
import type { Binding, Scopes } from './scope.ts';

export interface FileContext {
  readonly id: string;
  readonly source: string;
  readonly places: Places;
  readonly scopes: Scopes;
  readonly report: Report;
  readonly names: Names;
  readonly objects: Objects;
  /** For every private name the number of the class that it belongs to. */
  readonly classes: ReadonlyMap<Node, number>;
  /** Constructors of classes with a base class: `this` is made by the base. */
  readonly derived: ReadonlySet<Node>;
  /** Variables that closures assign; see convert/cells.ts. */
  readonly cells: ReadonlySet<Binding>;
  /** The outermost functions that are converted. */
  readonly converted: readonly FunctionNode[];
  /** Converts a function; see convert/functions.ts. */
  functionOf(node: FunctionNode, outermost: boolean, constructs: boolean): Rope;
  /** What stands for a name of the program: itself, or a member of a scope object. */
  rename(node: Identifier): Rope;
}

/** Generated names, none of which the file uses. */
export interface Names {
  /** The runtime. */
  readonly ag: string;
  /** Has the function returned? */
  readonly did: string;
  /** What it returned. */
  readonly ret: string;
  /** A parameter of generated arrows. */
  readonly value: string;
  /** A flag per break and continue target. */
  readonly flag: string;
}

export interface FunctionContext {
  readonly node: FunctionNode;
  readonly jumps: Jumps;
  readonly liveness: Liveness;
  readonly flags: Map<Jump, string>;
  /** Flags that something asks for. The others need not be set. */
  readonly asked: Set<Jump>;
  /** `var`s, which are declared at the beginning: inside a generated arrow they would be its own. */
  readonly hoisted: Set<string>;
}

export interface Place {
  readonly file: FileContext;
  readonly fn: FunctionContext;
  /** Converts an expression or a statement. */
  emit(node: Node): Rope;
}

/** A node as it stands, its children converted. */
export function copy(node: Node, at: Place): Rope {
  const parts: Rope[] = [];
  let from = node.start;
  for (const child of childrenOf(node)) {
    parts.push(slice(from, child.start), at.emit(child));
    from = child.end;
  }
  parts.push(slice(from, node.end));
  return parts;
}

/** An expression where one is expected between commas. */
export function argument(node: Node, at: Place): Rope {
  return node.type === 'SequenceExpression' ? ['(', at.emit(node), ')'] : at.emit(node);
}

/** An expression evaluated when asked for: `() => …`. */
export function thunk(node: Node, at: Place): Rope {
  return ['() => ', arrowBody(node, at)];
}

/** An expression as the body of an arrow. */
export function arrowBody(node: Node, at: Place): Rope {
  const braced = at.file.source[node.start] === '{' || node.type === 'SequenceExpression';
  return braced ? ['(', at.emit(node), ')'] : at.emit(node);
}

/** A call of the runtime. */
export function call(at: Place, name: string, ...args: readonly Rope[]): Rope {
  return [`${at.file.names.ag}.${name}(`, args.map((a, i) => (i === 0 ? a : [', ', a])), ')'];
}

/** `file:line:column` of an offset. */
export function placeOf(file: FileContext, offset: number): string {
  const { line, column } = file.places.at(offset);
  return `${file.id}:${line}:${column + 1}`;
}

/** The variable that says whether a jump has been taken. */
export function flagOf(jump: Jump, at: Place): string {
  const { fn, file } = at;
  if (jump.kind === 'return') return file.names.did;
  let name = fn.flags.get(jump);
  if (name === undefined) {
    name = `${file.names.flag}${fn.flags.size + 1}`;
    fn.flags.set(jump, name);
  }
  return name;
}
