// The hooks of Node 20, which run in a thread of their own.
import { convertLoaded, type Loaded } from './load.ts';

export async function load(
  url: string,
  context: object,
  next: (url: string, context: object) => Promise<Loaded>,
): Promise<Loaded> {
  return convertLoaded(url, await next(url, context));
}
