// The source transform, as far as the rest knows it: whether converted code runs, and how a function is converted at run time.
// `tracejit/autograph` provides it, so that only its users load a parser.

/** Names for a function's free variables: an object that holds them, or `(code) => eval(code)` where the function stands. */
export type Scope = Readonly<Record<string, unknown>> | ((code: string) => unknown);

// biome-ignore lint/suspicious/noExplicitAny: a function of any kind goes in, one of the same kind comes out
type AnyFunction = (...args: any[]) => any;
export type Convert = (f: AnyFunction, scope: Scope) => AnyFunction;

let convert: Convert | null = null;
let entered = 0;

/** Called once, when `tracejit/autograph` is loaded. */
export function installConversion(f: Convert): void {
  convert = f;
}

/** The transform for functions at run time, or null while it is not loaded. */
export function conversion(): Convert | null {
  return convert;
}

/** A converted function begins. */
export function noteEntered(): void {
  entered++;
}

/** How many converted functions have begun so far. */
export function enteredCount(): number {
  return entered;
}
