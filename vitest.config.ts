import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const source = (file: string): string => fileURLToPath(new URL(`./src/${file}`, import.meta.url));

export default defineConfig({
  // Tests and examples import the package by its name and get the sources, as tsconfig.json's `paths` say.
  resolve: {
    alias: [
      { find: /^tracejit$/, replacement: source('index.ts') },
      { find: /^tracejit\/inspect$/, replacement: source('inspect.ts') },
      { find: /^tracejit\/nn$/, replacement: source('nn.ts') },
      { find: /^tracejit\/optim$/, replacement: source('optim.ts') },
      { find: /^tracejit\/data$/, replacement: source('data.ts') },
      { find: /^tracejit\/graph$/, replacement: source('graph.ts') },
    ],
  },
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 120_000,
  },
});
