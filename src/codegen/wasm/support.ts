// What this host runs: WebAssembly with SIMD (missing and forbidden are the same to a compiler), and relaxed SIMD.
import { Code } from './code.ts';
import { validates } from './engine.ts';
import { encodeModule } from './module.ts';

let reason: string | null | undefined;

/** Why modules cannot run here, or null where they can. Found by making one. */
export function whyNoWasm(): string | null {
  if (reason === undefined) reason = find();
  return reason;
}

function find(): string | null {
  if (typeof WebAssembly === 'undefined') return 'this host has no WebAssembly';
  const bytes = moduleOf((code) => code.v128({ i32: 1 }));
  try {
    if (!WebAssembly.validate(bytes as BufferSource)) return 'WebAssembly has no SIMD on this host';
    new WebAssembly.Module(bytes as BufferSource);
    return null;
  } catch (error) {
    // A content-security policy forbids it.
    return `WebAssembly is forbidden on this host: ${error instanceof Error ? error.message : String(error)}`;
  }
}

let probe: Uint8Array | undefined;

/** Is there an instruction for x · y + z, rounded once? Engine switches that may be set are part of the answer. */
export function hasFusedMultiplyAdd(): boolean {
  probe ??= moduleOf((code) => {
    for (const f32 of [2, 3, 4]) code.v128({ f32 });
    code.op('f32x4.relaxed_madd');
  });
  return validates(probe);
}

/** A module that makes a vector. */
function moduleOf(vector: (code: Code) => void): Uint8Array {
  const code = new Code({ params: [], results: ['i32'] });
  vector(code);
  code.op('i32x4.all_true');
  return encodeModule([code.finish()], 0);
}
