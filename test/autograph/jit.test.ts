// jit and the transform together: what is captured, what is written, methods, the run-time host. This file is converted by the plugin.
import { grad, jit, numericGradient, OptionError, type Tensor, TraceError, tensor, variable } from 'tracejit';
import { ConversionError, toCode, transform } from 'tracejit/autograph';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { oracle } from './staged.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

describe('captured variables', () => {
  it('are guarded: a change traces again and says so', () => {
    let rate = 0.5;
    const f = jit((x: Tensor) => x.mul(rate), { name: 'f' });
    expect(f(tensor(2)).item()).toBe(1);
    rate = 3;
    expect(f(tensor(2)).item()).toBe(6);
    expect(f(tensor(2)).item()).toBe(6);
    expect(f.traces.map((t) => t.why)).toEqual(['first call', 'captured rate 0.5 -> 3']);
    rate = 0.5;
    expect(f(tensor(2)).item()).toBe(1);
    expect(f.traces).toHaveLength(2);
  });

  it('of helpers and of jitted functions inside are guarded too', () => {
    let [rate, shift] = [2, 1];
    const helper = (x: Tensor): Tensor => {
      'use jit';
      return x.mul(rate);
    };
    const inner = jit((x: Tensor) => x.add(shift));
    const f = jit((x: Tensor) => inner(helper(x)));
    expect(f(tensor(3)).item()).toBe(7);
    rate = 10;
    expect(f(tensor(3)).item()).toBe(31);
    shift = 2;
    expect(f(tensor(3)).item()).toBe(32);
    expect(f.traces.map((t) => t.why)).toEqual([
      'first call',
      'captured rate 2 -> 10',
      'captured shift 1 -> 2',
    ]);
  });

  it('that are tensors are the ones the names stand for', () => {
    let weights = tensor([1, 2]);
    const f = jit((x: Tensor) => x.mul(weights).sum());
    expect(f(tensor([1, 1])).item()).toBe(3);
    weights = tensor([5, 5]);
    expect(f(tensor([1, 1])).item()).toBe(10);
  });

  it('that are constant, or objects, guard nothing', () => {
    const options = { scale: 2 };
    const factor = 3;
    const f = jit((x: Tensor) => x.mul(options.scale * factor));
    f(tensor(1));
    options.scale = 5;
    expect(f(tensor(1)).item()).toBe(6);
    expect(f.traces).toHaveLength(1);
  });

  it('are reported when they are assigned, once', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    let calls = 0;
    const f = jit(
      (x: Tensor) => {
        calls++;
        return x.mul(2);
      },
      { name: 'counted' },
    );
    f(tensor(1));
    f(tensor([1, 2]));
    expect(calls).toBe(2);
    expect(warn).toHaveBeenCalledTimes(1);
    expect(String(warn.mock.calls[0]![0])).toMatch(
      /^counted assigns the captured variable 'calls' \(test\/autograph\/jit\.test\.ts:\d+:\d+\): that happens once per trace, not once per call\. Return the value, or keep it in a Variable with assign\(\)$/,
    );
  });
});

describe('methods', () => {
  it("are converted by 'use jit', with private fields and this", () => {
    class Model {
      #rate: number;
      readonly weight = variable(2);
      constructor(rate: number) {
        this.#rate = rate;
      }
      step = jit((x: Tensor) => this.weight.mul(x).mul(this.#rate), { autograph: true });
      forward(x: Tensor): Tensor {
        'use jit';
        if (x.less(0)) return x.mul(this.#rate);
        return x;
      }
    }
    const model = new Model(3);
    expect(model.step(tensor(5)).item()).toBe(30);
    expect(model.forward(tensor(-2)).item()).toBe(-6);
    expect(oracle((x) => model.forward(x), [-2]).item()).toBe(-6);
    expect(oracle((x) => model.forward(x), [2]).item()).toBe(2);
  });
});

describe('the options', () => {
  it('autograph: true fails where no host was at work', () => {
    const unconverted = new Function('x', 'return x;') as (x: Tensor) => Tensor;
    const call = (): unknown => jit(unconverted, { autograph: true, name: 'f' })(tensor(1));
    expect(call).toThrow(TraceError);
    expect(call).toThrow(/the source transform has not converted anonymous\. Run it through a plugin/);
  });

  it('autograph: false, written out, leaves a function alone', () => {
    const f = jit((x: Tensor) => (x.sum().less(0) ? x.neg() : x), { autograph: false });
    expect(() => f(tensor([1, 2]))).toThrow(/a condition is computed and never used/);
  });

  it('without a conversion, a loop that a tensor should end is an error, not a loop without end', () => {
    const f = jit(
      (x: Tensor) => {
        let y = x;
        while (y.less(100)) y = y.mul(2);
        return y;
      },
      { autograph: false },
    );
    expect(() => f(tensor(3))).toThrow(
      /a condition is computed and never used: .*(?:where|cond).*source transform convert the function/s,
    );
  });

  it('a helper that is not converted is named, with what to do', () => {
    const helper = (x: Tensor): Tensor => {
      if (x.less(0)) return x.neg();
      return x;
    };
    const f = jit((x: Tensor) => (x.greater(5) ? x : helper(x)));
    expect(() => f(tensor(1))).toThrow(
      /^helper \(test\/autograph\/jit\.test\.ts:\d+:13\) branches on a traced tensor but is not converted: .* Mark it, or its file, 'use jit'/,
    );
  });

  it('scope: eval converts at run time, with live names', () => {
    const made = new Function(
      'jit',
      `let rate = 2;
      const f = jit((x) => (x > 0 ? x * rate : -x), { scope: (code) => eval(code) });
      return { f, setRate: (r) => { rate = r; } };`,
    )(jit) as { f: (x: Tensor) => Tensor; setRate: (r: number) => void };
    expect(made.f(tensor(3)).item()).toBe(6);
    made.setRate(5);
    expect(made.f(tensor(3)).item()).toBe(15);
    expect(made.f(tensor(-3)).item()).toBe(3);
  });

  it('scope: names are read from the object, and all that are missing are named', () => {
    const unconverted = new Function('x', 'while (x < limit) x = step(x) + Math.abs(shift); return x;');
    const step = (x: Tensor): Tensor => x.mul(2);
    const names = { limit: 10, step, shift: -1 };
    const make = (scope: Record<string, unknown>): ((x: number) => unknown) =>
      jit(unconverted as (x: number) => number, { scope });
    const f = make(names);
    expect((f(1) as Tensor).item()).toBe(15);
    names.limit = 20;
    expect((f(1) as Tensor).item()).toBe(31);
    expect(() => make({ step })).toThrow(OptionError);
    expect(() => make({ step })).toThrow(
      /uses names that scope does not hold: limit, shift; give them as scope: \{ limit, shift \}/,
    );
  });

  it('are checked', () => {
    const f = (x: Tensor): Tensor => x;
    expect(() => jit(f, { autograph: false, scope: {} })).toThrow(/scope is for converting/);
    expect(() => jit(f, { scope: 3 as never })).toThrow(/scope must be an object of names/);
    expect(() => jit(f, { autograph: 1 as never })).toThrow(/autograph must be true or false/);
    expect(() => transform('', 'f.js', { package: 'x' } as never)).toThrow(/unknown option 'package'/);
  });
});

describe('the transform', () => {
  it('says everything that is wrong at once', () => {
    const source = `import { jit } from 'tracejit';
export const f = jit(async (x) => {
  await x;
  delete x.y;
});`;
    const { diagnostics, code } = transform(source, 'f.js');
    expect(code).toBe(source);
    expect(diagnostics.map((d) => [d.line, d.column])).toEqual([
      [2, 22],
      [3, 3],
      [4, 3],
    ]);
    expect(new ConversionError(diagnostics).message).toContain('> 3 |   await x;\n    |   ^');
  });

  it('converts what jit is given, under whatever name, and nothing else', () => {
    const converted = (source: string): boolean => transform(source, 'f.js').map !== null;
    expect(converted("import { jit } from 'tracejit'; jit((x) => x);")).toBe(true);
    expect(converted("import { jit as compile } from 'tracejit'; compile(grad((x) => x));")).toBe(true);
    expect(converted("import * as t from 'tracejit'; const f = (x) => x; t.jit(t.grad(f));")).toBe(true);
    expect(converted("import { jit } from 'other'; jit((x) => x); // tracejit")).toBe(false);
    expect(converted("import { jit } from 'tracejit'; { const jit = (f) => f; jit((x) => x); }")).toBe(false);
    expect(converted("import { jit } from 'tracejit'; const f = (x) => x;")).toBe(false);
    expect(converted("import { jit } from 'tracejit'; jit((x) => x, { autograph: false });")).toBe(false);
    expect(converted("function f() { 'use jit'; }")).toBe(true);
  });

  it('refuses what does not parse, with the place', () => {
    const { diagnostics } = transform("'use jit'; const x: number = 1;", 'f.ts');
    expect(diagnostics[0]).toMatchObject({ file: 'f.ts', line: 1, column: 19 });
    expect(diagnostics[0]!.message).toMatch(/^this does not parse as JavaScript: Unexpected token/);
  });

  it('toCode shows what runs', () => {
    expect(toCode(jit((x: Tensor) => x.neg()))).toContain('.enter({ at:');
    expect(toCode(new Function('x', 'return !x;') as (x: unknown) => unknown)).toContain('$ag.not(x)');
    expect(() => toCode(Math.abs)).toThrow(ConversionError);
  });
});

describe('gradients', () => {
  const programs: Readonly<Record<string, (x: Tensor) => Tensor>> = {
    branch: (x) => {
      'use jit';
      const s = x.sum();
      if (s.greater(1)) return s.mul(s);
      return s.sin();
    },
    loop: (x) => {
      'use jit';
      let y = x.sum();
      while (y.less(20)) {
        y = y.mul(1.7).add(x.slice(0));
      }
      return y;
    },
    rows: (x) => {
      'use jit';
      let y = tensor(1);
      for (const row of x) {
        if (row.greater(2.5)) break;
        y = y.mul(row);
      }
      return y;
    },
  };
  const inputs = [
    [0.5, 1.5, 1.2],
    [0.1, 0.3, 3],
  ];
  it.each(Object.keys(programs))('of a %s, compiled and not, are those of what ran', (name) => {
    const f = programs[name]!;
    for (const at of inputs) {
      const x = tensor(at);
      const expected = numericGradient(f, x).toArray() as number[];
      const eager = grad(f)(x).toArray() as number[];
      eager.forEach((g, i) => {
        expect(g).toBeCloseTo(expected[i]!, 2);
      });
      expect(jit(grad(f))(x).toArray()).toEqual(eager);
      expect(grad(jit(f))(x).toArray()).toEqual(eager);
    }
  });

  it('of gradients, too', () => {
    const f = programs.loop!;
    const x = tensor([0.5, 1.5, 1.2]);
    const twice = (y: Tensor): Tensor => grad(f)(y).square().sum();
    expect(grad(jit(twice))(x).toArray()).toEqual(grad(twice)(x).toArray());
  });
});

describe('effects', () => {
  it('console.log prints when the compiled program comes by', () => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => {});
    const f = jit((x: Tensor) => {
      let y = x;
      while (y.less(5)) {
        console.log('y is', y);
        y = y.mul(2);
      }
      return y;
    });
    f(tensor(1));
    f(tensor(3));
    expect(log.mock.calls.map((words) => words.join(' '))).toEqual(['y is 1', 'y is 2', 'y is 4', 'y is 3']);
  });

  it('throw in a branch is a check of the compiled program', () => {
    const f = jit((x: Tensor) => {
      if (x.less(0)) throw new RangeError('negative');
      return x.sqrt();
    });
    expect(f(tensor(4)).item()).toBe(2);
    expect(() => f(tensor(-4))).toThrow(/RangeError: negative/);
  });
});
