// `npm run test:browser`: the built library in a real browser, page by page (pages.ts); each page runs its checks (checks.ts) and sends the outcome back. The browser
// is the one that TRACEJIT_BROWSER names, or a Chromium or Firefox that is installed; where there is none, nothing is tested, and the last line says so.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync, transformSync } from 'esbuild';
import { type Page, pages } from './pages.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const built = join(root, 'out', 'browser');
const pageTimeout = 120_000;

const candidates = [
  ...(process.env.TRACEJIT_BROWSER ? [process.env.TRACEJIT_BROWSER] : []),
  'chromium-headless-shell',
  'chromium',
  'chromium-browser',
  'google-chrome',
  'firefox',
  'firefox-esr',
];

function findBrowser(): { readonly command: string; readonly version: string } | null {
  for (const command of candidates) {
    const { status, stdout } = spawnSync(command, ['--version'], { encoding: 'utf8' });
    if (status === 0) return { command, version: stdout.trim() };
  }
  return null;
}

// No sandbox: tests run as root in containers, where Chromium's cannot be set up; the pages are ours.
function open(command: string, url: string, profile: string): ChildProcess {
  const flags = command.includes('firefox')
    ? ['--headless', '--no-remote', '--profile', profile]
    : ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', `--user-data-dir=${profile}`];
  return spawn(command, [...flags, url], { stdio: 'ignore' });
}

async function end(browser: ChildProcess | undefined): Promise<void> {
  if (browser?.pid === undefined || browser.exitCode !== null) return;
  const ended = new Promise((resolve) => browser.on('exit', resolve));
  browser.kill();
  await ended;
}

const library = `
import * as tracejit from '/index.js';
import * as pool from '/codegen/wasm/pool.js';
import * as code from '/codegen/wasm/code.js';
import * as module from '/codegen/wasm/module.js';
`;

function scriptOf({ name, checks }: Page): string {
  return `${library}
import { runChecks } from '/checks.js';
const outcome = await runChecks(${JSON.stringify(checks)}, { tracejit, pool, code, module });
await fetch('/outcome', { method: 'POST', body: JSON.stringify({ page: ${JSON.stringify(name)}, outcome }) });
`;
}

const checksScript = transformSync(readFileSync(new URL('./checks.ts', import.meta.url), 'utf8'), {
  loader: 'ts',
}).code;

/** One script of everything, as bundlers make it. */
function bundleOf(page: Page): string {
  const { outputFiles } = buildSync({
    stdin: {
      contents: scriptOf(page)
        .replaceAll("'/checks.js'", "'CHECKS'")
        .replaceAll("from '/", `from '${built}/`)
        .replace('CHECKS', fileURLToPath(new URL('./checks.ts', import.meta.url))),
      resolveDir: root,
    },
    bundle: true,
    minify: true,
    // The package's list of files with side effects names those of `dist`.
    ignoreAnnotations: true,
    format: 'esm',
    target: 'es2022',
    write: false,
  });
  return outputFiles[0]!.text;
}

const types: Readonly<Record<string, string>> = {
  '.js': 'text/javascript',
  '.html': 'text/html',
  '.map': 'application/json',
};

function answer(page: Page, path: string, response: ServerResponse): void {
  const send = (type: string, text: string | Uint8Array): void => {
    response.writeHead(200, {
      'Content-Type': type,
      'Cross-Origin-Resource-Policy': 'same-origin',
      ...page.headers,
    });
    response.end(text);
  };
  const own: Readonly<Record<string, () => string>> = {
    '/checks.js': () => checksScript,
    '/page.js': () => (page.loads === 'bundle' ? bundleOf(page) : scriptOf(page)),
    '/start.js': () => "new Worker('/page.js', { type: 'module' });",
  };
  if (path === '/') {
    send(
      'text/html',
      `<!doctype html><script type="module" src="/${page.loads === 'worker' ? 'start' : 'page'}.js"></script>`,
    );
    return;
  }
  try {
    send(types[extname(path)] ?? 'text/plain', own[path]?.() ?? readFileSync(join(built, normalize(path))));
  } catch {
    response.writeHead(404).end();
  }
}

/** What the page sends, or why it sends nothing. */
async function visit(command: string, page: Page): Promise<Record<string, string | null>> {
  const profile = mkdtempSync(join(tmpdir(), 'tracejit-browser-'));
  let browser: ChildProcess | undefined;
  let arrived: (outcome: Record<string, string | null>) => void = () => {};
  const outcome = new Promise<Record<string, string | null>>((resolve) => {
    arrived = resolve;
  });
  const server = createServer((request, response) => {
    if (request.method !== 'POST') return answer(page, request.url ?? '/', response);
    let text = '';
    request.on('data', (part: Buffer) => {
      text += part.toString();
    });
    request.on('end', () => {
      response.writeHead(204).end();
      arrived((JSON.parse(text) as { outcome: Record<string, string | null> }).outcome);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const timer = setTimeout(() => arrived({ 'answers in two minutes': 'no outcome came' }), pageTimeout);
  try {
    browser = open(command, `http://localhost:${port}/`, profile);
    browser.on('exit', () => arrived({ 'the browser goes on': 'it ended before the page answered' }));
    return await outcome;
  } finally {
    clearTimeout(timer);
    await end(browser);
    server.closeAllConnections();
    server.close();
    await removed(profile);
  }
}

// Other processes of the browser may write to its profile for a moment after the first has ended.
async function removed(folder: string): Promise<void> {
  for (let attempt = 0; attempt < 20; attempt++) {
    try {
      rmSync(folder, { recursive: true, force: true });
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

const browser = findBrowser();
if (browser === null) {
  console.log(
    `skipped: there is no browser here (looked for ${candidates.join(', ')}; TRACEJIT_BROWSER names another)`,
  );
  process.exit(0);
}
const tsc = join(root, 'node_modules', '.bin', 'tsc');
const build = spawnSync(tsc, ['-p', 'tsconfig.build.json', '--outDir', built], {
  cwd: root,
  stdio: 'inherit',
  shell: process.platform === 'win32',
});
if (build.status !== 0) process.exit(1);

console.log(`testing in ${browser.version}`);
const wanted = process.argv.slice(2);
let [passed, failed] = [0, 0];
for (const page of pages.filter((p) => wanted.length === 0 || wanted.includes(p.name))) {
  console.log(page.name);
  for (const [name, failure] of Object.entries(await visit(browser.command, page))) {
    console.log(failure === null ? `  ✓ ${name}` : `  ✗ ${name}\n${failure.replace(/^/gm, '      ')}`);
    if (failure === null) passed++;
    else failed++;
  }
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
