// Which variables are still read after a statement: only those become results of a staged branch.
// A backward walk over structured code. Variables that closures mention are left to the caller: they count as live everywhere.
import type { Pattern, Program } from 'acorn';
import {
  childrenOf,
  type FunctionNode,
  isFunction,
  isLoop,
  type LoopNode,
  type Node,
  targetsOf,
} from './ast.ts';
import type { Jumps } from './jumps.ts';
import { type Binding, referencesWithin, type Scopes } from './scope.ts';

export type Live = ReadonlySet<Binding>;

export interface Liveness {
  /** What is read after a statement of the function. */
  after(statement: Node): Live;
  /** What is read at the head of a loop, by its test, or by an iteration before it is assigned there. */
  atHead(loop: Node): Live;
}

const nothing: Live = new Set();

export function analyseLiveness(fn: FunctionNode | Program, scopes: Scopes, jumps: Jumps): Liveness {
  const after = new Map<Node, Live>();
  const heads = new Map<Node, Live>();
  // What is live where a break or continue of a statement arrives.
  const breaks = new Map<Node, Live>();
  const continues = new Map<Node, Live>();
  // What a handler around reads: any statement may throw.
  let caught: Live = nothing;

  function union(a: Live, b: Live): Live {
    if (b.size === 0 || a === b) return a;
    if (a.size === 0) return b;
    let missing = false;
    for (const x of b) if (!a.has(x)) missing = true;
    return missing ? new Set([...a, ...b]) : a;
  }

  // An expression: what is certainly assigned is not needed before, all that is read is.
  function expression(node: Node | null | undefined, out: Live): Live {
    if (!node) return out;
    const killed = new Set<Binding>();
    kills(node, killed);
    const result = new Set([...out].filter((b) => !killed.has(b)));
    for (const r of referencesWithin(scopes, node.start, node.end))
      if (r.read && r.binding !== null && r.owner === owner) result.add(r.binding);
    return result;
  }

  function kills(node: Node, killed: Set<Binding>): void {
    if (node.type === 'SequenceExpression') for (const e of node.expressions) kills(e as Node, killed);
    else if (node.type === 'AssignmentExpression' && node.operator === '=') {
      killTargets(node.left, killed);
      kills(node.right as Node, killed);
    } else if (node.type === 'ParenthesizedExpression') kills(node.expression as Node, killed);
  }

  function killTargets(pattern: Pattern, killed: Set<Binding>): void {
    for (const t of targetsOf(pattern)) {
      const binding = t.type === 'Identifier' ? scopes.of.get(t)?.binding : undefined;
      if (binding) killed.add(binding);
    }
  }

  function list(statements: readonly Node[], out: Live): Live {
    let live = out;
    for (let i = statements.length - 1; i >= 0; i--) live = statement(statements[i]!, live);
    return live;
  }

  function loop(node: LoopNode, out: Live): Live {
    breaks.set(node, out);
    const body = node.body as Node;
    let head: Live = nothing;
    // Twice is enough: what the second iteration reads is known after the first.
    for (let pass = 0; pass < 2; pass++) {
      switch (node.type) {
        case 'WhileStatement':
          continues.set(node, head);
          head = expression(node.test as Node, union(out, statement(body, head)));
          break;
        case 'DoWhileStatement': {
          const test = expression(node.test as Node, union(out, head));
          continues.set(node, test);
          head = statement(body, test);
          break;
        }
        case 'ForStatement': {
          const update = expression(node.update as Node | null, head);
          continues.set(node, update);
          head = expression(node.test as Node | null, union(out, statement(body, update)));
          break;
        }
        default: {
          continues.set(node, head);
          const entered = statement(body, head);
          const killed = new Set<Binding>();
          if (node.left.type === 'VariableDeclaration')
            for (const d of node.left.declarations) killTargets(d.id, killed);
          else killTargets(node.left, killed);
          head = union(out, new Set([...entered].filter((b) => !killed.has(b))));
        }
      }
    }
    // A staged do-while has its test at the head: the first run of its body lies before it.
    heads.set(node, node.type === 'DoWhileStatement' ? union(head, continues.get(node)!) : head);
    if (node.type === 'ForStatement' && node.init)
      return node.init.type === 'VariableDeclaration'
        ? statement(node.init, head)
        : expression(node.init as Node, head);
    return node.type === 'ForInStatement' || node.type === 'ForOfStatement'
      ? expression(node.right as Node, head)
      : head;
  }

  function statement(node: Node, next: Live): Live {
    const out = union(next, caught);
    after.set(node, out);
    if (isLoop(node)) return loop(node, out);
    switch (node.type) {
      case 'BlockStatement':
      case 'StaticBlock':
        return list(node.body as Node[], out);
      case 'ExpressionStatement':
        return expression(node.expression as Node, out);
      case 'VariableDeclaration': {
        let live = out;
        for (const d of [...node.declarations].reverse()) {
          const killed = new Set<Binding>();
          if (d.init) killTargets(d.id, killed);
          live = new Set([...live].filter((b) => !killed.has(b)));
          for (const r of referencesWithin(scopes, d.start, d.end))
            if (r.read && r.binding !== null && r.owner === owner) (live as Set<Binding>).add(r.binding);
        }
        return live;
      }
      case 'ReturnStatement':
        return expression(node.argument as Node | null, caught);
      case 'ThrowStatement':
        return expression(node.argument as Node, caught);
      case 'BreakStatement':
      case 'ContinueStatement': {
        const jump = jumps.of.get(node);
        const arrives = jump?.kind === 'break' ? breaks : continues;
        return jump?.target ? (arrives.get(jump.target) ?? nothing) : nothing;
      }
      case 'IfStatement': {
        const otherwise = node.alternate ? statement(node.alternate as Node, out) : out;
        return expression(node.test as Node, union(statement(node.consequent as Node, out), otherwise));
      }
      case 'LabeledStatement':
        breaks.set(node, out);
        return statement(node.body as Node, out);
      case 'SwitchStatement': {
        breaks.set(node, out);
        let live = out;
        let all = out;
        for (const c of [...node.cases].reverse()) {
          live = list(c.consequent as Node[], live);
          all = union(all, live);
        }
        for (const c of [...node.cases].reverse()) all = expression(c.test as Node | null, all);
        return expression(node.discriminant as Node, all);
      }
      case 'TryStatement': {
        const end = node.finalizer ? statement(node.finalizer, out) : out;
        const saved = caught;
        // The handler may throw as well.
        caught = union(caught, end);
        const handler = node.handler ? statement(node.handler.body, end) : end;
        caught = union(caught, handler);
        const live = statement(node.block, end);
        caught = saved;
        return union(live, handler);
      }
      case 'FunctionDeclaration':
        return out;
      default:
        return childrenOf(node).reduce(
          (live, child) => (isFunction(child) ? live : expression(child, live)),
          out,
        );
    }
  }

  const owner = fn.type === 'Program' ? null : fn;
  if (fn.type === 'Program') list(fn.body as Node[], nothing);
  else if (fn.body.type === 'BlockStatement') statement(fn.body, nothing);

  return {
    after: (node) => after.get(node) ?? nothing,
    atHead: (node) => heads.get(node) ?? nothing,
  };
}
