// Whether this host runs WebAssembly with SIMD: missing and forbidden are the same to a compiler.
import { Code } from './code.ts';
import { encodeModule } from './module.ts';

let reason: string | null | undefined;

/** Why modules cannot run here, or null where they can. Found by making one. */
export function whyNoWasm(): string | null {
  if (reason === undefined) reason = find();
  return reason;
}

function find(): string | null {
  if (typeof WebAssembly === 'undefined') return 'this host has no WebAssembly';
  const code = new Code({ params: [], results: ['i32'] });
  code.v128({ i32: 1 });
  code.op('i32x4.all_true');
  const bytes = encodeModule([code.finish()], 0);
  try {
    if (!WebAssembly.validate(bytes as BufferSource)) return 'WebAssembly has no SIMD on this host';
    new WebAssembly.Module(bytes as BufferSource);
    return null;
  } catch (error) {
    // A content-security policy forbids it.
    return `WebAssembly is forbidden on this host: ${error instanceof Error ? error.message : String(error)}`;
  }
}
