// What users see when jit is asked for what it cannot do.
import { describe, expect, it, vi } from 'vitest';
import { configure, jit, spec, type Tensor, tensor } from '../../src/index.ts';
import { messageOf } from './message.ts';

const identity = (x: Tensor): Tensor => x;
const withOptions = (options: unknown): string => messageOf(() => jit(identity, options as object));

describe('options of jit', () => {
  it('are refused unless known', () => {
    expect(withOptions({ statics: [0] })).toBe(
      "OptionError: jit: unknown option 'statics'; there are static, donate, signature, maxTraces, precision, backend, threads, name, autograph, scope",
    );
    expect(withOptions([0])).toBe('OptionError: jit: options must be an object such as { static: … }');
    expect(withOptions({ static: 0 })).toBe(
      'OptionError: jit: static must be a list of argument positions and names of keys, got 0',
    );
    expect(withOptions({ static: [-1] })).toBe(
      'OptionError: jit: static must be a list of argument positions and names of keys, got [-1]',
    );
    expect(withOptions({ donate: ['x'] })).toBe(
      'OptionError: jit: donate must be a list of argument positions, got ["x"]',
    );
    expect(withOptions({ static: [1], donate: [1] })).toBe(
      'OptionError: jit: argument 1 is both static and donated; a static argument has no buffer',
    );
    expect(withOptions({ maxTraces: 0 })).toBe('OptionError: jit: maxTraces must be an integer >= 1, got 0');
    expect(withOptions({ precision: 'exact' })).toBe(
      "OptionError: jit: precision must be 'strict' or 'fast', got \"exact\"",
    );
    expect(withOptions({ backend: 'cuda' })).toBe(
      "OptionError: jit: backend must be 'auto', 'wasm' or 'js', got \"cuda\"",
    );
    expect(withOptions({ signature: spec([1]) })).toMatch(
      /^OptionError: jit: signature must be a list with a spec per argument, got /,
    );
    expect(withOptions({ name: 3 })).toBe('OptionError: jit: name must be a string, got 3');
    expect(messageOf(() => jit('f' as never))).toBe('ArgumentError: jit: expected a function, got string');
    expect(withOptions(null)).toBe('OptionError: jit: options must be an object such as { static: … }');
    expect(withOptions(3)).toBe('OptionError: jit: options must be an object such as { static: … }');
  });

  it('do not let a profile run while something is traced', () => {
    const f = jit(identity, { name: 'f' });
    expect(messageOf(() => jit((x: Tensor) => f.profile(x).runs)(tensor([1])))).toBe(
      'TraceError: f.profile runs the function on real tensors, so it cannot be called while another function is traced or differentiated; call it outside, on arguments of the same shapes',
    );
  });

  it('refuse the call of a decorator from before the standard', () => {
    class Model {
      step(): void {}
      static start(): void {}
    }
    const decorate = jit as unknown as (target: object, key: string, descriptor?: object) => unknown;
    const wayOut = (name: string): string =>
      `ArgumentError: @jit: the decorator of ${name} was called as TypeScript's experimentalDecorators calls it; turn experimentalDecorators off in tsconfig.json, for @jit is a standard decorator, or write a field: ${name} = jit((…) => …)`;
    const { prototype } = Model;
    const own = Object.getOwnPropertyDescriptor(prototype, 'step')!;
    expect(messageOf(() => decorate(prototype, 'step', own))).toBe(wayOut('step'));
    expect(messageOf(() => decorate(Model, 'start'))).toBe(wayOut('start'));
  });

  it('refuse a class, and take a function whatever its name is', () => {
    class Net {}
    expect(messageOf(() => jit(Net as never))).toBe(
      'ArgumentError: jit: Net is a class, which cannot be called; compile its methods with the decorator @jit',
    );
    for (const name of ['constructor', '__proto__', '*/ throw 1; //\n"', 5, Symbol('s'), null]) {
      const f = jit(Object.defineProperty((x: Tensor) => x.add(1), 'name', { value: name }));
      expect(f(tensor([1])).toArray()).toEqual([2]);
      expect(f.lower(tensor([1])).source).not.toContain('throw 1');
    }
  });

  it('show static objects without a constructor', () => {
    const f = jit((x: Tensor, _: object) => x, { static: [1] });
    f(tensor(1), Object.create({ constructor: undefined, inherited: true }) as object);
    expect(f.traces[0]!.what).toBe('(f32[], an instance of undefined)');
  });

  it('of configure too', () => {
    expect(messageOf(() => configure({ fast: true } as object))).toBe(
      "OptionError: configure: unknown option 'fast'; there are jit, precision, backend, threads, retraceWarnings, checkConditions, engineFlags",
    );
    expect(messageOf(() => configure({ jit: 'no' as never }))).toBe(
      'OptionError: configure: jit must be true or false, got "no"',
    );
  });

  it('of spec too', () => {
    expect(messageOf(() => spec([-1]))).toBe(
      'ShapeError: spec: a dimension must be an integer >= 0, got -1 in shape [-1]',
    );
    expect(messageOf(() => spec([1], 'f64' as never))).toBe(
      'DTypeError: spec: unknown dtype "f64"; there are float32, int32, bool',
    );
    expect(messageOf(() => spec(3 as never))).toBe(
      'ShapeError: spec: expected a shape such as [2, 3], got 3',
    );
  });
});

describe('arguments', () => {
  it('that are no trees are refused with their path', () => {
    expect(messageOf(() => jit(identity as never as (x: unknown) => unknown)({ a: [new Date(0)] }))).toBe(
      'TreeError: args[0].a[0]: an instance of Date cannot be part of a tree; a tree is made of plain objects, arrays, tensors, numbers, booleans, strings and null; anything else can be a static argument: jit(f, { static: [position] })',
    );
  });

  it('that are static hold no tensors', () => {
    const g = jit((o: { x: Tensor }) => o.x, { static: [0] });
    expect(messageOf(() => g({ x: tensor(1) }))).toBe(
      'TreeError: args[0].x: a static argument holds a tensor; static arguments are compared by value and become part of the code. Leave it out of `static`',
    );
  });

  it('must match a signature', () => {
    const g = jit((p: { w: Tensor }, x: Tensor) => x.mul(p.w), {
      signature: [{ w: spec([3]) }, spec([3], 'float32')],
      name: 'predict',
    });
    expect(g({ w: tensor([1, 2, 3]) }, tensor([1, 1, 1])).toArray()).toEqual([1, 2, 3]);
    const refusal = 'TreeError: predict: the arguments do not match the signature ({w: f32[3]}, f32[3]): ';
    expect(messageOf(() => g({ w: tensor([1, 2, 3]) }, tensor([1])))).toBe(
      `${refusal}args[1] shape [3] -> [1]`,
    );
    expect(messageOf(() => g({ w: tensor([1, 2, 3]) }, tensor([1, 2, 3], { dtype: 'int32' })))).toBe(
      `${refusal}args[1] dtype f32 -> i32`,
    );
    expect(messageOf(() => g({ v: tensor([1]) } as never, tensor([1, 1, 1])))).toBe(
      `${refusal}args[0] keys {w} -> {v}`,
    );
    expect(messageOf(() => (g as (...args: unknown[]) => unknown)(tensor(1)))).toBe(
      `${refusal}args count 2 -> 1`,
    );
    expect(g.traces.length).toBe(1);
  });

  it('that were donated say to which call', () => {
    const step = jit((x: Tensor) => x.mul(2), { donate: [0], name: 'step' });
    const way = 'Use the result of that call instead, or leave the argument out of `donate`';
    const where = 'at test/errors/jit.test.ts';
    const messages = Array.from({ length: 40 }, () => {
      const x = tensor([1, 2]);
      step(x);
      return messageOf(() => x.sum());
    });
    for (const message of messages.slice(0, 32))
      expect(message).toBe(
        `DonationError: a tensor f32[2] was used after its buffer was donated to step ${where}. ${way}`,
      );
    expect(messages[32]).toBe(
      `DonationError: a tensor f32[2] was used after its buffer was donated to call 33 of step, whose first was ${where}. ${way}`,
    );
    expect(messages[39]).toContain('donated to call 40 of step, whose first was');
  });
  it('that take long say so at every call', () => {
    const step = jit((x: Tensor) => x.matmul(x), { donate: [0], name: 'step', backend: 'wasm' });
    const give = (): string => {
      const x = tensor(new Float32Array(256 * 256), { shape: [256, 256] });
      step(x);
      return messageOf(() => x.sum());
    };
    for (let i = 0; i < 34; i++) expect(give()).toContain('donated to step at ');
  });
  it('that are donated must be there', () => {
    expect(messageOf(() => jit(identity, { donate: [1], name: 'step' })(tensor(1)))).toBe(
      'OptionError: step: donate names argument 1, but the call has 1 argument',
    );
  });

  it('of a lowered function must be those it was compiled for', () => {
    const run = jit(identity, { name: 'identity' })
      .lower(tensor([1]))
      .compile();
    expect(messageOf(() => run(tensor([1, 2])))).toBe(
      'TreeError: identity was compiled for other arguments: args[0] shape [1] -> [2]',
    );
  });
});

describe('results', () => {
  it('must be trees', () => {
    expect(messageOf(() => jit(async (x: Tensor) => x)(tensor(1)))).toBe(
      'TreeError: result: an instance of Promise cannot be part of a tree; an async function runs past its trace: make it synchronous',
    );
    expect(messageOf(() => jit(() => ({ deep: [new Map()] }))())).toMatch(
      /^TreeError: result\.deep\[0\]: an instance of Map cannot be part of a tree; /,
    );
  });
});

describe('retracing', () => {
  it('past maxTraces is an error that shows what changed', () => {
    const g = jit((p: { x: Tensor }) => p.x, { maxTraces: 2, name: 'step' });
    g({ x: tensor([1]) });
    g({ x: tensor([[1, 2]]) });
    expect(messageOf(() => g({ x: tensor([[1, 2, 3]]) }))).toBe(
      'RetraceError: step was traced 2 times, as often as maxTraces allows, and this call needs another: args[0].x shape [1,2] -> [1,3]. Pad the arguments to shapes it knows, pass what varies as a tensor instead of a static value, or raise maxTraces',
    );
    expect(g({ x: tensor([5]) }).toArray()).toEqual([5]);
    expect(g.traces.length).toBe(2);
  });

  it('warns once it has happened often, in one line', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    try {
      const g = jit((x: Tensor, _n: number) => x, { static: [1], name: 'step' });
      for (let n = 0; n < 9; n++) g(tensor([1]), n);
      const lines = warn.mock.calls.map(([line]) =>
        String(line)
          .replace(/\d+ ms/, 'N ms')
          .replace(/:\d+:\d+/, ''),
      );
      expect(lines).toEqual([
        'step retraced (#5, N ms) at test/errors/jit.test.ts: args[1] 3 -> 4',
        'step retraced (#8, N ms) at test/errors/jit.test.ts: args[1] 6 -> 7',
      ]);
    } finally {
      warn.mockRestore();
    }
  });

  it('without end is stopped', () => {
    const f: (x: Tensor) => Tensor = jit((x: Tensor) => f(x.expandDims(0)), { name: 'deeper' });
    expect(messageOf(() => f(tensor(1)))).toBe(
      'TraceError: deeper calls itself 50 levels deep while it is traced; a recursion that ends only for some values of a tensor never ends while tracing. Unroll it by a static argument, or write it as whileLoop(condition, body, state)',
    );
    expect(f).toHaveProperty('traces', []);
  });
});

describe('an error while tracing', () => {
  it('leaves the function as it was', () => {
    let fail = true;
    const g = jit((x: Tensor) => {
      if (fail) throw new Error('mine');
      return x.neg();
    });
    expect(() => g(tensor(1))).toThrow('mine');
    expect(g.traces).toEqual([]);
    fail = false;
    expect(g(tensor(1)).item()).toBe(-1);
    expect(g.traces[0]!.why).toBe('first call');
  });
});
