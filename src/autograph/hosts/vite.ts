// Entry point `tracejit/autograph/vite`.
import type { HostOptions } from './module.ts';
import { autograph } from './plugin.ts';

/** The transform as a plugin of vite. */
const plugin: (options?: HostOptions) => ReturnType<typeof autograph.vite> = autograph.vite;
export default plugin;
