// `@jit` on methods: one compiled function per instance, so that what one instance captured never serves another.

/** The part of the standard decorator context that is used here. */
export interface MethodDecoratorContext {
  readonly kind: 'method';
  readonly name: string | symbol;
}

export function isDecoratorContext(x: unknown): x is MethodDecoratorContext {
  return typeof x === 'object' && x !== null && 'kind' in x && x.kind === 'method' && 'name' in x;
}

/** Was a decorator called as before the standard: with the prototype, or the class of a static method, and the method's name? */
export function isLegacyDecoration(target: unknown, key: unknown): boolean {
  const isHolder = (typeof target === 'object' && target !== null) || typeof target === 'function';
  return isHolder && (typeof key === 'string' || typeof key === 'symbol');
}

/** A method that compiles itself at its first call on each instance. */
export function perInstance<Args extends readonly unknown[], R>(
  method: (...args: Args) => R,
  { name }: MethodDecoratorContext,
  compile: (bound: (...args: Args) => R) => (...args: Args) => R,
): (this: object, ...args: Args) => R {
  const compiled = new WeakMap<object, (...args: Args) => R>();
  return function (this: object, ...args: Args): R {
    let own = compiled.get(this);
    if (own === undefined) {
      const bound = (...given: Args): R => Reflect.apply(method, this, given) as R;
      own = compile(Object.defineProperty(bound, 'name', { value: String(name) }));
      compiled.set(this, own);
    }
    return own(...args);
  };
}
