// The engine's switches are set while a module is compiled, and are as before afterwards.
import { execFileSync, spawnSync } from 'node:child_process';
import { afterEach, describe, expect, test } from 'vitest';
import { Code } from '../../../../src/codegen/wasm/code.ts';
import { allowEngineFlags, compileModule, fusedTileRows } from '../../../../src/codegen/wasm/engine.ts';
import { encodeModule } from '../../../../src/codegen/wasm/module.ts';
import { hasFusedMultiplyAdd } from '../../../../src/codegen/wasm/support.ts';
import { configure, jit, tensor } from '../../../../src/index.ts';

const version = Number.parseInt(process.versions.v8, 10);

function fusedModule(): Uint8Array {
  const code = new Code({ params: [], results: ['i32'] });
  for (const f32 of [2, 3, 4]) code.v128({ f32 });
  code.op('f32x4.relaxed_madd', 'i32x4.all_true');
  return encodeModule([code.finish()], 0);
}

afterEach(() => {
  configure({ engineFlags: true });
});

describe.runIf(version < 12)('relaxed SIMD behind a switch', () => {
  test('is there, for modules of ours only', () => {
    expect(hasFusedMultiplyAdd()).toBe(true);
    const bytes = fusedModule() as BufferSource;
    expect(WebAssembly.validate(bytes)).toBe(false);
    expect(compileModule(fusedModule(), 0)).toBeInstanceOf(WebAssembly.Module);
    expect(WebAssembly.validate(bytes)).toBe(false);
  });

  test('is not there where switches are not to be set', () => {
    configure({ engineFlags: false });
    expect(hasFusedMultiplyAdd()).toBe(false);
    const f = jit((x: ReturnType<typeof tensor>) => x.mul(x).add(1), { backend: 'wasm', precision: 'fast' });
    expect(f(tensor([2, 3])).toArray()).toEqual([5, 10]);
  });
});

test('a module that is compiled with care computes the same', () => {
  for (const on of [true, false]) {
    allowEngineFlags(on);
    for (const flops of [0, 1e12]) {
      const { exports } = new WebAssembly.Instance(compileModule(fusedModuleOrPlain(), flops), {
        host: { memory: new WebAssembly.Memory({ initial: 1 }) },
      });
      expect((exports.run as () => number)()).toBe(1);
    }
  }
});

function fusedModuleOrPlain(): Uint8Array {
  if (hasFusedMultiplyAdd()) return fusedModule();
  const code = new Code({ params: [], results: ['i32'] });
  code.v128({ i32: 1 });
  code.op('i32x4.all_true');
  return encodeModule([code.finish()], 0);
}

test('six rows only where the engine has the registers', () => {
  expect(fusedTileRows()).toBe(version < 13 ? 4 : 6);
});

test('a process that was started with switches keeps them', () => {
  const script = `
    import { compileModule } from './src/codegen/wasm/engine.ts';
    import { hasFusedMultiplyAdd } from './src/codegen/wasm/support.ts';
    console.log(typeof compileModule, hasFusedMultiplyAdd());`;
  const run = (...flags: string[]): string =>
    execFileSync(process.execPath, [...flags, '--import', 'tsx', '--input-type=module', '-e', script], {
      encoding: 'utf8',
    }).trim();
  expect(run()).toBe('function true');
  expect(run('--no-liftoff')).toBe(version < 12 ? 'function false' : 'function true');
});

test('nothing is written to the console', () => {
  const script = `
    import { jit, tensor } from './src/index.ts';
    const n = 64, x = tensor(new Float32Array(n * n), { shape: [n, n] });
    jit((a) => a.matmul(a), { backend: 'wasm', precision: 'fast' })(x);`;
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ['--import', 'tsx', '--input-type=module', '-e', script],
    { encoding: 'utf8' },
  );
  expect({ stdout, stderr, status }).toEqual({ stdout: '', stderr: '', status: 0 });
});
