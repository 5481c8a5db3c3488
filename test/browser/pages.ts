// The pages that `npm run test:browser` opens: with which headers they are served, how they load the library, and which checks run there.
import type { CheckList } from './checks.ts';

export interface Page {
  readonly name: string;
  readonly headers: Readonly<Record<string, string>>;
  /** As modules, the way `tsc` builds them; as one minified script; or as modules in a dedicated worker. */
  readonly loads: 'modules' | 'bundle' | 'worker';
  readonly checks: CheckList;
}

const isolated = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};
const allowing = (policy: string): Readonly<Record<string, string>> => ({
  'Content-Security-Policy': policy,
});

export const pages: readonly Page[] = [
  { name: 'isolated', headers: isolated, loads: 'modules', checks: 'threads' },
  { name: 'isolated, bundled and minified', headers: isolated, loads: 'bundle', checks: 'threads' },
  { name: 'isolated, in a worker of the page', headers: isolated, loads: 'worker', checks: 'threads' },
  {
    name: 'isolated, WebAssembly allowed but no JavaScript from text',
    headers: { ...isolated, ...allowing("script-src 'self' 'wasm-unsafe-eval'; worker-src blob:") },
    loads: 'modules',
    checks: 'threads',
  },
  {
    name: 'isolated, workers from blobs forbidden',
    headers: { ...isolated, ...allowing("worker-src 'self'") },
    loads: 'modules',
    checks: 'noWorkers',
  },
  { name: 'not isolated', headers: {}, loads: 'modules', checks: 'notIsolated' },
  {
    name: 'no code from text or bytes',
    headers: allowing("script-src 'self'"),
    loads: 'modules',
    checks: 'noCode',
  },
];
