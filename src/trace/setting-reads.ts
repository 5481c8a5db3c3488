// The settings one trace depends on: those it read before it changed them itself.
import type { Dependency, SettingRead } from './setting.ts';

export class SettingReads {
  readonly #reads = new Map<Dependency, SettingRead>();
  readonly #own = new Set<Dependency>();

  /** From here on reads give what the trace itself has set. */
  own(setting: Dependency): void {
    this.#own.add(setting);
  }

  note(read: SettingRead): void {
    if (!this.#own.has(read.setting) && !this.#reads.has(read.setting)) this.#reads.set(read.setting, read);
  }

  get list(): readonly SettingRead[] {
    return [...this.#reads.values()];
  }
}
