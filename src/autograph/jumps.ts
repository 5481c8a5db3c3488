// Where statements jump to: return, break and continue, with labels resolved.
import { childrenOf, isFunction, isLoop, type Node } from './ast.ts';

/** One jump target, one object: jumps are compared by identity. */
export interface Jump {
  readonly kind: 'return' | 'break' | 'continue';
  /** The statement that is left or continued. */
  readonly target: Node | null;
}

export interface Jumps {
  /** The target of a return, break or continue statement. */
  readonly of: ReadonlyMap<Node, Jump>;
  /** The jumps out of a statement, in order of appearance. */
  escaping(node: Node): ReadonlySet<Jump>;
  /** Does control never arrive behind it? */
  definite(node: Node): boolean;
}

const none: ReadonlySet<Jump> = new Set();

/** The jumps below `root`, the body of a function. Functions inside it have their own. */
export function analyseJumps(root: Node): Jumps {
  const of = new Map<Node, Jump>();
  const escapes = new Map<Node, ReadonlySet<Jump>>();
  const returning: Jump = { kind: 'return', target: null };
  const known = new Map<Node, { break?: Jump; continue?: Jump }>();

  function jumpTo(kind: 'break' | 'continue', target: Node): Jump {
    const entry = known.get(target) ?? {};
    known.set(target, entry);
    entry[kind] ??= { kind, target };
    return entry[kind];
  }

  // `loop` is what a bare continue means, `exit` what a bare break means.
  interface Around {
    readonly loop: Node | null;
    readonly exit: Node | null;
    readonly labels: ReadonlyMap<string, Node>;
  }

  function visit(node: Node, around: Around): ReadonlySet<Jump> {
    if (isFunction(node) && node !== root) return none;
    let found: Set<Jump> | undefined;
    const add = (jump: Jump): void => {
      found ??= new Set();
      found.add(jump);
    };
    let inner = around;
    if (node.type === 'ReturnStatement') {
      of.set(node, returning);
      add(returning);
    } else if (node.type === 'BreakStatement' || node.type === 'ContinueStatement') {
      const isBreak = node.type === 'BreakStatement';
      const target = node.label ? around.labels.get(node.label.name) : isBreak ? around.exit : around.loop;
      if (target) {
        const jump = jumpTo(isBreak ? 'break' : 'continue', target);
        of.set(node, jump);
        add(jump);
      }
    } else if (node.type === 'LabeledStatement') {
      // A labelled loop is the target itself: `break label` and a bare `break` are then one jump.
      let body: Node = node.body as Node;
      while (body.type === 'LabeledStatement') body = body.body as Node;
      const target = isLoop(body) || body.type === 'SwitchStatement' ? body : node;
      inner = { ...around, labels: new Map(around.labels).set(node.label.name, target) };
    } else if (isLoop(node)) inner = { ...around, loop: node, exit: node };
    else if (node.type === 'SwitchStatement') inner = { ...around, exit: node };
    for (const child of childrenOf(node))
      for (const jump of visit(child, inner)) if (jump.target !== node) add(jump);
    const result = found ?? none;
    escapes.set(node, result);
    return result;
  }
  visit(root, { loop: null, exit: null, labels: new Map() });

  function breaksOutOf(target: Node, below: Node): boolean {
    let found = false;
    const look = (node: Node): void => {
      if (isFunction(node)) return;
      const jump = of.get(node);
      if (jump?.kind === 'break' && jump.target === target) found = true;
      else childrenOf(node).forEach(look);
    };
    look(below);
    return found;
  }

  function definite(node: Node): boolean {
    switch (node.type) {
      case 'ReturnStatement':
      case 'ThrowStatement':
      case 'BreakStatement':
      case 'ContinueStatement':
        return true;
      case 'BlockStatement':
        return node.body.some((s) => definite(s as Node));
      case 'IfStatement':
        return !!node.alternate && definite(node.consequent as Node) && definite(node.alternate as Node);
      case 'TryStatement':
        if (node.finalizer && definite(node.finalizer)) return true;
        return definite(node.block) && (!node.handler || definite(node.handler.body));
      case 'LabeledStatement':
        return definite(node.body as Node) && !breaksOutOf(node, node.body as Node);
      case 'WhileStatement':
      case 'ForStatement': {
        const forever = !node.test || (node.test.type === 'Literal' && node.test.value === true);
        return forever && !breaksOutOf(node, node.body as Node);
      }
      default:
        return false;
    }
  }

  return { of, escaping: (node) => escapes.get(node) ?? none, definite };
}
