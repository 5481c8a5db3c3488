// Every stage of every compilation as files, when the environment variable TRACEJIT_DUMP names a folder.
import { printProgram } from '../lower/print.ts';
import type { Compilation } from './compile.ts';

// Only what is used here of Node's modules; there is no static import of them, so that the core loads in browsers.
interface FileSystem {
  mkdirSync(path: string, options: { readonly recursive: true }): unknown;
  writeFileSync(path: string, text: string): void;
}

let compilations = 0;

/** Writes `000-name/00-trace.ir`, one file per pass, `program.txt` (kernels and memory) and the code, `program.js` or `program.wat`. Without the variable, or outside Node, does nothing. */
export function dump({ func, stages, code }: Compilation): void {
  const folder = globalThis.process?.env?.TRACEJIT_DUMP;
  if (folder === undefined || folder === '') return;
  const target = `${folder}/${String(compilations++).padStart(3, '0')}-${func.name}`;
  withFileSystem((files) => {
    files.mkdirSync(target, { recursive: true });
    stages.forEach(({ pass, text, notes }, i) => {
      const remarks = notes.map((note) => `// ${note}\n`).join('');
      files.writeFileSync(`${target}/${String(i).padStart(2, '0')}-${pass}.ir`, `${remarks}${text}\n`);
    });
    files.writeFileSync(`${target}/program.txt`, printProgram(code.program));
    files.writeFileSync(`${target}/program.${code.engine === 'wasm' ? 'wat' : 'js'}`, code.source);
  });
}

// `getBuiltinModule` came with Node 20.16; before it, an import that bundlers leave alone.
function withFileSystem(use: (files: FileSystem) => void): void {
  const files = globalThis.process.getBuiltinModule?.('node:fs');
  if (files !== undefined) {
    use(files);
    return;
  }
  const specifier = 'node:fs';
  void import(specifier).then(use);
}
