// Entry point `tracejit/autograph/rollup`.
import type { HostOptions } from './module.ts';
import { autograph } from './plugin.ts';

/** The transform as a plugin of rollup. */
const plugin: (options?: HostOptions) => ReturnType<typeof autograph.rollup> = autograph.rollup;
export default plugin;
