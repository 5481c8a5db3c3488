// What cannot be converted, found before anything is.
import { type FunctionNode, isFunction, type Node, walk } from './ast.ts';
import type { Report } from './diagnostics.ts';
import type { Scopes } from './scope.ts';

/** Reports everything in a function that no conversion exists for. */
export function check(fn: FunctionNode, scopes: Scopes, report: Report): void {
  const finalizers = new Set<Node>();
  walk(fn, (node, parent) => {
    if (isFunction(node)) {
      if (node.async)
        report.add(
          node.start,
          'an async function is not converted: a jitted function is synchronous; await outside it',
        );
      else if (node.generator)
        report.add(
          node.start,
          'a generator is not converted: it would leave a staged branch in the middle; return an array',
        );
    }
    switch (node.type) {
      case 'AwaitExpression':
        report.add(
          node.start,
          'await is not allowed inside jit: a jitted function is synchronous; await outside it',
        );
        break;
      case 'ForOfStatement':
        if (node.await)
          report.add(node.start, 'for await is not allowed inside jit: a jitted function is synchronous');
        break;
      case 'WithStatement':
        report.add(node.start, 'with is not converted: which names it provides cannot be seen');
        break;
      case 'UnaryExpression':
        if (node.operator === 'delete')
          report.add(
            node.start,
            'delete is not converted: a staged branch cannot take a property away; assign undefined, or build a new object',
          );
        break;
      case 'MetaProperty':
        if (node.meta.name === 'new')
          report.add(node.start, 'new.target is not converted; pass a flag instead');
        break;
      case 'TryStatement':
        if (node.finalizer) finalizers.add(node.finalizer);
        break;
      case 'AssignmentExpression':
      case 'UpdateExpression': {
        const target = node.type === 'AssignmentExpression' ? node.left : node.argument;
        if (
          target.type === 'MemberExpression' &&
          target.object.type === 'Identifier' &&
          target.object.name === 'arguments' &&
          scopes.of.get(target.object)?.binding === null
        )
          report.add(node.start, 'arguments is not written to by converted code; name the parameters');
        break;
      }
    }
    if (parent !== null && finalizers.has(node)) checkFinalizer(node, report);
    return true;
  });
}

// A jump out of finally discards the one that was under way.
function checkFinalizer(finalizer: Node, report: Report): void {
  walk(finalizer, (node) => {
    if (isFunction(node)) return false;
    if (node.type === 'ReturnStatement')
      report.add(
        node.start,
        'return in finally is not converted: it would discard what the try block did; return after it',
      );
    if ((node.type === 'BreakStatement' || node.type === 'ContinueStatement') && node.label)
      report.add(
        node.start,
        'a jump out of finally is not converted: it would discard what the try block did',
      );
    return true;
  });
}
