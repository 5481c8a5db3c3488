// Seeing inside: the dump of every stage, and the compiler as a library.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ArgumentError, jit, ParseError, type Tensor, tensor } from '../../../src/index.ts';
import { differentiate, emit, lower, optimize, parse, print, run, verify } from '../../../src/inspect.ts';

describe('TRACEJIT_DUMP', () => {
  it('writes every stage of every compilation into a folder', () => {
    const folder = mkdtempSync(join(tmpdir(), 'tracejit-'));
    process.env.TRACEJIT_DUMP = folder;
    try {
      const g = jit((x: Tensor) => x.mul(2).sum(), { name: 'dumped' });
      g(tensor([1, 2]));
      const low = g.lower(tensor([1, 2]));
      const [name, ...others] = readdirSync(folder);
      expect(name).toMatch(/^\d{3}-dumped$/);
      expect(others).toEqual([]);
      const files = readdirSync(join(folder, name!));
      expect(files).toEqual([
        ...low.stages.map(({ pass }, i) => `${String(i).padStart(2, '0')}-${pass}.ir`),
        'program.js',
        'program.txt',
      ]);
      expect(readFileSync(join(folder, name!, 'program.js'), 'utf8')).toBe(low.source);
      expect(readFileSync(join(folder, name!, '00-trace.ir'), 'utf8')).toContain('func @dumped');
    } finally {
      delete process.env.TRACEJIT_DUMP;
      rmSync(folder, { recursive: true });
    }
  });
});

describe('tracejit/inspect', () => {
  const text = jit((x: Tensor) => x.mul(x).add(1).sum(), { name: 'f' }).lower(tensor([1, 2, 3])).ir;

  it('parses what it prints', () => {
    const func = parse(text);
    verify(func);
    expect(print(func)).toBe(text);
    expect(() => parse('func @f( {')).toThrow(ParseError);
  });

  it('runs functions at every stage with the same result', () => {
    const x = tensor([1, 2, 3]);
    for (const { func } of optimize(parse(text)).stages) expect(run(func, [x])[0]!.item()).toBe(17);
    expect(() => run(parse(text), [tensor([1])])).toThrow(ArgumentError);
    expect(() => run(parse(text), [tensor([1])])).toThrow('run: @f takes (f32[3]), got (f32[1])');
  });

  it('differentiates, lowers and emits', () => {
    const { forward, backward, residuals } = differentiate(parse(text));
    const [y, ...kept] = run(forward, [tensor([1, 2, 3])]);
    expect(y!.item()).toBe(17);
    expect(kept.length).toBe(residuals.length);
    expect(run(backward, [...kept, tensor(1)])[0]!.toArray()).toEqual([2, 4, 6]);
    const program = lower(optimize(parse(text)).func);
    const { run: call, source } = emit(program);
    const result = new Float32Array(1);
    call([new Float32Array([1, 2, 3]), result]);
    expect(result[0]).toBe(17);
    expect(source).toContain('function');
  });
});
