// Entry point `tracejit/autograph/esbuild`.
import type { HostOptions } from './module.ts';
import { autograph } from './plugin.ts';

/** The transform as a plugin of esbuild. */
const plugin: (options?: HostOptions) => ReturnType<typeof autograph.esbuild> = autograph.esbuild;
export default plugin;
