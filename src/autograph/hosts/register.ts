// Entry point `tracejit/register`, for `node --import tracejit/register`: modules are converted as Node loads them, after types are stripped.
import Module, { syncBuiltinESMExports } from 'node:module';
import { convertLoaded, convertSource, type Loaded } from './load.ts';

type Load = (url: string, context: object, next: (url: string, context: object) => Loaded) => Loaded;
type RegisterHooks = (hooks: { load?: Load }) => { deregister(): void };
type Compile = (this: unknown, source: string, file: string, format?: string) => unknown;

// What the types of Node 20 do not know.
const node = Module as unknown as {
  registerHooks?: RegisterHooks;
  register: (...args: readonly unknown[]) => unknown;
  readonly prototype: { _compile: Compile };
};

// The hook that is registered last sees what all others make of a module. So that the order of `--import` does not matter, ours
// takes that place again whenever another one has been registered.
const { register, registerHooks } = node;
if (registerHooks !== undefined) {
  const load: Load = (url, context, next) => convertLoaded(url, next(url, context));
  let own = registerHooks({ load });
  node.registerHooks = (hooks) => {
    const made = registerHooks(hooks);
    own.deregister();
    own = registerHooks({ load });
    return made;
  };
} else {
  let layer = 0;
  const inFront = (): unknown =>
    register(`${import.meta.url.replace(/register(\.[jt]s)/, 'hooks$1')}?layer=${layer++}`);
  inFront();
  node.register = (...args) => {
    const made = register(...args);
    inFront();
    return made;
  };
}
syncBuiltinESMExports();

// What is required, and not imported, passes by here in every version of Node, and by nothing else in version 20.
const { _compile: compile } = node.prototype;
node.prototype._compile = function (source, file, format) {
  return compile.call(
    this,
    convertSource(source, file, format === 'module' ? 'module' : 'commonjs'),
    file,
    format,
  );
};

// Stacks then name the lines that were written.
process.setSourceMapsEnabled(true);
