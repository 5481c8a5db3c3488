// Attribute kinds: how the constant parameters of an op are checked, printed, parsed and compared.

/** `floats` holds element data of any dtype (bool as 0/1); `ints` sizes, axes, permutations. */
export type AttrKind = 'int' | 'float' | 'bool' | 'string' | 'ints' | 'floats' | 'dtype';
export type AttrSchema<A> = { readonly [K in keyof A]-?: AttrKind };
export type AttrValue = number | boolean | string | readonly number[];
