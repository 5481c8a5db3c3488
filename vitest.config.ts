import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import autograph from './src/autograph/hosts/vite.ts';

const source = (file: string): string => fileURLToPath(new URL(`./src/${file}`, import.meta.url));

const alone = [
  'test/e2e/allocation.test.ts',
  'test/e2e/memory-stress.test.ts',
  'test/fuzz/threads.test.ts',
  'test/unit/codegen/wasm/memory.test.ts',
  'test/unit/codegen/wasm/threads.test.ts',
];

export default defineConfig({
  // The functions that tests and examples give to `jit` are converted, as they would be in a program.
  plugins: [autograph()],
  // Tests and examples import the package by its name and get the sources, as tsconfig.json's `paths` say.
  resolve: {
    alias: [
      { find: /^tracejit$/, replacement: source('index.ts') },
      { find: /^tracejit\/inspect$/, replacement: source('inspect.ts') },
      { find: /^tracejit\/nn$/, replacement: source('nn.ts') },
      { find: /^tracejit\/optim$/, replacement: source('optim.ts') },
      { find: /^tracejit\/data$/, replacement: source('data.ts') },
      { find: /^tracejit\/autograph$/, replacement: source('autograph.ts') },
      { find: /^tracejit\/autograph\/runtime$/, replacement: source('autograph/runtime/index.ts') },
      { find: /^tracejit\/graph$/, replacement: source('graph.ts') },
    ],
  },
  test: {
    testTimeout: 120_000,
    // Most files share the modules of a thread, which saves a third of the time. What counts bytes or starts workers has a process of its own.
    projects: [
      {
        extends: true,
        test: {
          name: 'shared',
          include: ['test/**/*.test.ts'],
          exclude: alone,
          isolate: false,
          pool: 'threads',
        },
      },
      { extends: true, test: { name: 'alone', include: alone, pool: 'forks' } },
    ],
  },
});
