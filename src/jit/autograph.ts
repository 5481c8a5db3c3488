// The options `autograph` and `scope` of jit: what becomes of a function before it is traced.
import { conversion, enteredCount, type Scope } from '../trace/conversion.ts';
import { OptionError, TraceError } from '../util/errors.ts';
import { checkFlag } from '../util/options.ts';

// biome-ignore lint/suspicious/noExplicitAny: a function of any kind goes in, one of the same kind comes out
type AnyFunction = (...args: any[]) => any;

export interface ConversionOptions {
  readonly autograph?: boolean;
  readonly scope?: Scope;
}

/** The function to trace. */
export function prepared<F extends AnyFunction>(f: F, { autograph, scope }: ConversionOptions): F {
  checkFlag(autograph, 'autograph', 'jit');
  if (scope !== undefined) {
    if (autograph === false)
      throw new OptionError('jit: scope is for converting, which autograph: false forbids');
    if (scope === null || (typeof scope !== 'object' && typeof scope !== 'function'))
      throw new OptionError('jit: scope must be an object of names, or (code) => eval(code)');
    const convert = conversion();
    if (convert === null)
      throw new OptionError(
        "jit: scope needs the source transform; load it once with import 'tracejit/autograph'",
      );
    return named(convert(f, scope) as F, f);
  }
  return autograph === true ? named(insisting(f), f) : f;
}

// `autograph: true` promises that the transform has seen the function.
function insisting<F extends AnyFunction>(f: F): F {
  const check = function (this: unknown, ...args: never[]): unknown {
    const before = enteredCount();
    const result: unknown = Reflect.apply(f, this, args);
    if (enteredCount() === before)
      throw new TraceError(
        `jit: autograph: true, but the source transform has not converted ${f.name || 'this function'}. Run it through a plugin (tracejit/autograph/vite, /rollup, /esbuild, /webpack) or node --import tracejit/register, or give jit the scope: (code) => eval(code)`,
      );
    return result;
  };
  return check as unknown as F;
}

function named<F extends AnyFunction>(made: F, { name, length }: F): F {
  return Object.defineProperties(made, { name: { value: name }, length: { value: length } });
}

const originals = new WeakMap<object, AnyFunction>();

/** Remembers the function that a jitted one runs. */
export function rememberOriginal(jitted: object, original: AnyFunction): void {
  originals.set(jitted, original);
}

/** The function that a jitted one runs; of another function, itself. */
export function originalOf(f: AnyFunction): AnyFunction {
  return originals.get(f) ?? f;
}
