// `npm run test:node24 [-- vitest arguments]`: the tests by another version of Node than the one installed, `tsx tools/test-node.ts <version> …`. The binary comes
// from npm into a folder of its own; where it cannot be had, nothing is tested, and the last line says so.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const [version, ...vitestArguments] = process.argv.slice(2);
if (version === undefined || !/^\d+\.\d+\.\d+$/.test(version)) {
  console.error('which version of Node? For example: tsx tools/test-node.ts 24.21.0');
  process.exit(1);
}

const root = fileURLToPath(new URL('..', import.meta.url));
const platform = process.platform === 'win32' ? 'win' : process.platform;
const name = `node-${platform}-${process.arch}`;
const folder = join(root, 'out', `node-${version}`);
const binary = join(folder, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');

if (!existsSync(binary)) {
  mkdirSync(folder, { recursive: true });
  // Through a shell, which finds npm on every platform; a prefix of its own keeps it away from the project's packages.
  spawnSync(`npm install --no-save --no-package-lock --no-audit --no-fund --prefix . ${name}@${version}`, {
    cwd: folder,
    shell: true,
    stdio: 'inherit',
  });
}
const found = spawnSync(binary, ['--version'], { encoding: 'utf8' }).stdout?.trim();
if (found !== `v${version}`) {
  console.log(
    `skipped: Node ${version} cannot be installed here (npm has no ${name}@${version}, or it does not run)`,
  );
  process.exit(0);
}
console.log(`testing with Node ${found}`);
const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
process.exit(
  spawnSync(binary, [vitest, 'run', ...vitestArguments], { cwd: root, stdio: 'inherit' }).status ?? 1,
);
