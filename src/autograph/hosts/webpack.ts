// Entry point `tracejit/autograph/webpack`.
import type { HostOptions } from './module.ts';
import { autograph } from './plugin.ts';

/** The transform as a plugin of webpack. */
const plugin: (options?: HostOptions) => ReturnType<typeof autograph.webpack> = autograph.webpack;
export default plugin;
