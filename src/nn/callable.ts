// Instances that can be called: `net(x)` is `net.invoke([x])`.

/** The constructor gives a function whose prototype is the class's, so that fields and methods are those of any object. */
export abstract class Callable {
  constructor() {
    const self = (...args: unknown[]): unknown => (self as unknown as Callable).invoke(args);
    // A function's own properties would stand in the way of fields of these names.
    Reflect.deleteProperty(self, 'name');
    Reflect.deleteProperty(self, 'length');
    // biome-ignore lint/correctness/noConstructorReturn: the one way to an instance that can be called and is no eval
    return Object.setPrototypeOf(self, new.target.prototype) as this;
  }

  /** @internal What a call does. */
  abstract invoke(args: readonly unknown[]): unknown;
}
