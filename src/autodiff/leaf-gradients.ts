// The `.grad` of leaves: a slot and the knowledge whether it holds anything. In a trace the second is a fact that the code is made for.
import { currentInterpreter, type Interpreter } from '../ops/dispatch.ts';
import { gradientSlot } from '../tensor/gradient-slot.ts';
import type { Leaf } from '../tensor/history.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { type Presence, Trace } from '../trace/tracer.ts';
import { GradientError } from '../util/errors.ts';
import { baseOf } from './base.ts';

/** Does the leaf have a gradient, as seen from `interpreter`? A trace remembers what it was told. */
export function hasGradient(leaf: Leaf, interpreter: Interpreter = currentInterpreter()): boolean {
  const base = baseOf(interpreter);
  if (!(base instanceof Trace)) return leaf.present;
  const set = base.gradients.get(leaf);
  if (set !== undefined) return set !== null;
  if (leaf.home === base) return false;
  const known = base.expected.get(leaf);
  if (known !== undefined) return known;
  const present = hasGradient(leaf, base.parent);
  base.expected.set(leaf, present);
  return present;
}

/** The same, without depending on it. */
export function peekGradient(leaf: Leaf, interpreter: Interpreter = currentInterpreter()): boolean {
  const base = baseOf(interpreter);
  if (!(base instanceof Trace)) return leaf.present;
  const set = base.gradients.get(leaf);
  if (set !== undefined) return set !== null;
  return leaf.home !== base && (base.expected.get(leaf) ?? peekGradient(leaf, base.parent));
}

/** The leaf's gradient, or null. */
export function gradientOf(leaf: Leaf): Tensor | null {
  if (!hasGradient(leaf)) return null;
  const base = baseOf(currentInterpreter());
  const set = base instanceof Trace ? base.gradients.get(leaf) : undefined;
  return set ?? leaf.recorded ?? gradientSlot(leaf).value();
}

/** Sets the leaf's gradient, of its type, or removes it. */
export function setGradient(leaf: Leaf, gradient: Tensor | null): void {
  const base = baseOf(currentInterpreter());
  if (!(base instanceof Trace)) {
    if (gradient !== null) gradientSlot(leaf).assign(gradient);
    leaf.present = gradient !== null;
    leaf.recorded = gradient?.history ? gradient : null;
    return;
  }
  if (leaf.home !== base && !base.leavesGradients)
    throw new GradientError(
      `backward: the gradient of '${leaf.name}' would be set in a branch, a loop body or a custom gradient (@${base.name}), which may run any number of times. Return the loss from there and call backward() behind it, or take the gradient inside with grad(f)`,
    );
  base.gradients.set(leaf, gradient);
}

/** Do the leaves have gradients, and lack them, as a function was traced for? */
export function asExpected(expected: readonly Presence[]): boolean {
  for (const [leaf, present] of expected) if (hasGradient(leaf) !== present) return false;
  return true;
}

/** Where they do not, such as `w.grad null -> there`. */
export function unexpected(expected: readonly Presence[]): readonly string[] {
  return expected
    .filter(([leaf, present]) => hasGradient(leaf) !== present)
    .map(([{ name }, present]) => `${name}.grad ${present ? 'there -> null' : 'null -> there'}`);
}

/** What the leaves are found to be like, or were made to be. */
export function setPresence(changes: readonly Presence[]): void {
  if (changes.length === 0) return;
  const interpreter = currentInterpreter();
  const base = baseOf(interpreter);
  for (const [leaf, present] of changes) {
    if (!(base instanceof Trace)) {
      leaf.present = present;
      leaf.recorded = null;
    } else setGradient(leaf, present ? interpreter.read(gradientSlot(leaf)) : null);
  }
}
