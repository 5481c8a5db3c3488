// The functions that kernels call: scalar functions, from their one definition, and arithmetic that takes more than an instruction.
import type { ScalarFunction } from '../../loop/kernel.ts';
import { InternalError } from '../../util/errors.ts';
import { Code } from './code.ts';
import { type Context, type Helper, type Library, valueTypes } from './context.ts';
import type { WasmFunction } from './module.ts';
import { emitScalar } from './scalar.ts';

/** The functions of a module as they come up, and the messages of its assertions, which are data and never code. */
export class Functions implements Library {
  readonly #functions: (WasmFunction | undefined)[] = [];
  readonly #scalar = new Map<ScalarFunction, number>();
  readonly #helpers = new Map<Helper, number>();
  readonly messages: string[] = [];
  readonly fuses: boolean;
  readonly vectors: boolean;
  // Imported functions have the first numbers.
  readonly #imported: number;

  constructor(fuses: boolean, vectors: boolean, imported = 0) {
    this.fuses = fuses;
    this.vectors = vectors;
    this.#imported = imported;
  }

  /** All functions, each at its index. */
  get list(): readonly WasmFunction[] {
    return this.#functions.map((f, i) => {
      if (f === undefined) throw new InternalError(`function ${i} of a module was never written`);
      return f;
    });
  }

  add(f: WasmFunction): number {
    return this.#imported + this.#functions.push(f) - 1;
  }

  functionOf(fn: ScalarFunction): number {
    let index = this.#scalar.get(fn);
    if (index === undefined) {
      const at = this.#functions.push(undefined) - 1;
      index = this.#imported + at;
      this.#scalar.set(fn, index);
      const names = { name: fn.name, params: fn.params.map((p) => p.name) };
      this.#functions[at] = { ...scalarFunction(fn, this), names };
    }
    return index;
  }

  helper(name: Helper): number {
    let index = this.#helpers.get(name);
    if (index === undefined) {
      index = this.add({ ...helpers[name](), names: { name, params: ['a', 'b'] } });
      this.#helpers.set(name, index);
    }
    return index;
  }

  failure(message: string): number {
    const known = this.messages.indexOf(message);
    return known >= 0 ? known + 1 : this.messages.push(message);
  }
}

function scalarFunction(fn: ScalarFunction, library: Library): WasmFunction {
  const code = new Code({
    params: fn.params.map((p) => valueTypes[p.type]),
    results: [valueTypes[fn.result.type]],
  });
  const names: Context['names'] = new Map(
    fn.params.map((p, local) => [p.name, { kind: 'scalar', local, plus: 0 }]),
  );
  const context: Context = {
    code,
    library,
    bases: new Map(),
    names,
    ranges: new Map(),
    laned: false,
    lane: 0,
    hoisted: null,
    share: null,
  };
  for (const { name, value } of fn.lets) {
    emitScalar(value, context);
    const local = code.local(valueTypes[value.type]);
    code.set(local);
    names.set(name, { kind: 'scalar', local, plus: 0 });
  }
  emitScalar(fn.result, context);
  return code.finish();
}

const helpers: Readonly<Record<Helper, () => WasmFunction>> = {
  i32_div: () =>
    integerFunction((code, a, b) => {
      // By -1 the instruction would trap where the quotient is 2^31.
      code.get(b);
      code.i32(-1);
      code.op('i32.eq');
      code.branch(() => {
        code.i32(0);
        code.get(a);
        code.op('i32.sub', 'return');
      });
      code.get(a);
      code.get(b);
      code.op('i32.div_s');
    }),
  i32_rem: () =>
    integerFunction((code, a, b) => {
      code.get(a);
      code.get(b);
      code.op('i32.rem_s');
    }),
  f64_rem: floatRemainder,
};

/** A function of two i32 that is 0 where the second is. */
function integerFunction(write: (code: Code, a: number, b: number) => void): WasmFunction {
  const code = new Code({ params: ['i32', 'i32'], results: ['i32'] });
  const [a, b] = [0, 1];
  code.get(b);
  code.op('i32.eqz');
  code.branch(() => {
    code.i32(0);
    code.op('return');
  });
  write(code, a, b);
  return code.finish();
}

/**
 * C's fmod, exactly: |b| is doubled as long as it fits into |a|, then halved again and subtracted where it fits. No step rounds: the doubles are
 * |b| · 2^k, and a difference of two numbers within a factor of 2 is exact (Sterbenz).
 */
function floatRemainder(): WasmFunction {
  const code = new Code({ params: ['f64', 'f64'], results: ['f64'] });
  const [a, b] = [0, 1];
  const [rest, size, part, again] = [
    code.local('f64'),
    code.local('f64'),
    code.local('f64'),
    code.local('i32'),
  ];
  code.get(a);
  code.op('f64.abs');
  code.tee(rest);
  code.f64(Infinity);
  code.op('f64.lt');
  code.get(b);
  code.op('f64.abs');
  code.tee(size);
  code.f64(0);
  code.op('f64.gt', 'i32.and', 'i32.eqz');
  code.branch(() => {
    code.f64(NaN);
    code.op('return');
  });
  code.get(size);
  code.set(part);
  code.doWhile(() => {
    code.get(part);
    code.get(part);
    code.op('f64.add');
    code.get(rest);
    code.op('f64.le');
    code.tee(again);
    code.branch(() => {
      code.get(part);
      code.get(part);
      code.op('f64.add');
      code.set(part);
    });
    code.get(again);
  });
  code.doWhile(() => {
    code.get(rest);
    code.get(part);
    code.op('f64.ge');
    code.branch(() => {
      code.get(rest);
      code.get(part);
      code.op('f64.sub');
      code.set(rest);
    });
    code.get(part);
    code.get(size);
    code.op('f64.gt');
    code.tee(again);
    code.branch(() => {
      code.get(part);
      code.f64(0.5);
      code.op('f64.mul');
      code.set(part);
    });
    code.get(again);
  });
  code.get(rest);
  code.get(a);
  code.op('f64.copysign');
  return code.finish();
}
