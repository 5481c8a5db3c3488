// Entry point `tracejit/register`, for `node --import tracejit/register`: modules are converted as Node loads them, after types are stripped.
import * as module from 'node:module';
import { convertLoaded, type Loaded } from './load.ts';

type Load = (url: string, context: object, next: (url: string, context: object) => Loaded) => Loaded;
type RegisterHooks = (hooks: { load: Load }) => void;

const { registerHooks } = module as unknown as { registerHooks?: RegisterHooks };
if (registerHooks !== undefined)
  registerHooks({ load: (url, context, next) => convertLoaded(url, next(url, context)) });
else module.register(import.meta.url.replace(/register(\.[jt]s)/, 'hooks$1'));
