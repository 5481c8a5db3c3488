// What a converted function says when it is entered: where it is, what it captures, what it writes outside.

import { isTensor } from '../../ops/coerce.ts';
import { stagingTrace } from '../../trace/control/region.ts';
import { noteEntered } from '../../trace/conversion.ts';
import { dependOn, type SettingRead } from '../../trace/setting.ts';

export interface Metadata {
  /** `file:line:column`. */
  readonly at: string;
  /** Variables of the surroundings that may change. */
  readonly captures?: Readonly<Record<string, () => unknown>>;
  /** Variables of the surroundings that it assigns, with the place. */
  readonly assigned?: Readonly<Record<string, string>>;
}

// Writes that have been mentioned, by place.
const mentioned = new Set<string>();

/** Notes for the trace under way that it depends on what is captured: once that changes, the function is traced again. */
export function enter({ captures, assigned }: Metadata): void {
  noteEntered();
  const trace = stagingTrace();
  if (trace === null) return;
  for (const [name, place] of Object.entries(assigned ?? {})) {
    if (mentioned.has(place)) continue;
    mentioned.add(place);
    console.warn(
      `${trace.name} assigns the captured variable '${name}' (${place}): that happens once per trace, not once per call. Return the value, or keep it in a Variable with assign()`,
    );
  }
  const reads: SettingRead[] = [];
  for (const [name, read] of Object.entries(captures ?? {})) {
    const value = peek(read);
    if (isGuarded(value))
      reads.push({ setting: { name: `captured ${name}`, peek: () => peek(read) }, value });
  }
  if (reads.length > 0) dependOn(reads);
}

const missing = Symbol('not initialised yet');

// A variable that is not initialised yet throws when it is read.
function peek(read: () => unknown): unknown {
  try {
    return read();
  } catch (error) {
    if (error instanceof ReferenceError) return missing;
    throw error;
  }
}

// Primitives by value; of tensors, which one the name stands for. Functions and other objects are the program's own business.
function isGuarded(value: unknown): boolean {
  if (value === null) return true;
  return (typeof value !== 'object' && typeof value !== 'function' && value !== missing) || isTensor(value);
}
