// Settings: JavaScript values that traced code may branch on. What a trace reads of them becomes part of what it is valid for.
import { currentInterpreter, type Interpreter } from '../ops/dispatch.ts';
import { Trace } from './tracer.ts';

/** What a trace may depend on: a setting, or a JavaScript variable that the traced function captured. */
export interface Dependency {
  /** Named where a function says why it was traced again. */
  readonly name: string;
  /** The value now, without depending on it. */
  peek(): unknown;
}

/** A dependency, and the value of it that a trace has read. */
export interface SettingRead {
  readonly setting: Dependency;
  readonly value: unknown;
}

/**
 * A JavaScript value (training or not, say) that functions may branch on, compiled or not. A jitted function whose trace read it
 * is traced again once it is another; a plain variable would stay what it was at the first call, in silence.
 *
 *     const training = new Setting('training', true);
 *     const step = jit((x) => (training.value ? noisy(x) : x));
 */
export class Setting<T> {
  /** Named where a function says why it was traced again. */
  readonly name: string;
  #value: T;

  constructor(name: string, value: T) {
    this.name = name;
    this.#value = value;
  }

  get value(): T {
    dependOn([{ setting: this as Setting<unknown>, value: this.#value }]);
    return this.#value;
  }

  set value(value: T) {
    this.#value = value;
    for (const trace of traces()) trace.settings.own(this as Setting<unknown>);
  }

  /** @internal The value now, without depending on it. */
  peek(): T {
    return this.#value;
  }
}

/** The traces in force depend on these reads too. */
export function dependOn(reads: readonly SettingRead[]): void {
  for (const trace of traces()) for (const read of reads) trace.settings.note(read);
}

/** Do all settings still have the values that were read? Asked at every compiled call, so it allocates nothing. */
export function unchanged(reads: readonly SettingRead[]): boolean {
  for (let i = 0; i < reads.length; i++)
    if (!Object.is(reads[i]!.setting.peek(), reads[i]!.value)) return false;
  return true;
}

/** The changes since the reads, such as `training true -> false`. */
export function changedSettings(reads: readonly SettingRead[]): readonly string[] {
  return reads
    .filter(({ setting, value }) => !Object.is(setting.peek(), value))
    .map(({ setting, value }) => `${setting.name} ${String(value)} -> ${String(setting.peek())}`);
}

function* traces(): Iterable<Trace> {
  for (let i: Interpreter | null = currentInterpreter(); i !== null; i = i.parent)
    if (i instanceof Trace) yield i;
}
