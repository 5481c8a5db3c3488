// The hooks of Node 20, which run in a thread of their own. This module is loaded once per layer of hooks: only the outermost converts.
import { convertLoaded, type Loaded } from './load.ts';

const layers = globalThis as { tracejitLayers?: number };
const own = (layers.tracejitLayers ?? 0) + 1;
layers.tracejitLayers = own;

export async function load(
  url: string,
  context: object,
  next: (url: string, context: object) => Promise<Loaded>,
): Promise<Loaded> {
  const loaded = await next(url, context);
  return own === layers.tracejitLayers ? convertLoaded(url, loaded) : loaded;
}
