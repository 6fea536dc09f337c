import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import manifest from './package.json' with { type: 'json' };

const source = (path: string) => fileURLToPath(new URL(`./src/${path}`, import.meta.url));

export default defineConfig({
  define: { __PACKAGE_VERSION__: JSON.stringify(manifest.version) },
  resolve: {
    alias: [
      { find: '#default-store', replacement: source('default-store.node.ts') },
      { find: /^ai-sdk-codex$/, replacement: source('index.ts') },
      { find: /^ai-sdk-codex\/(auth|node|redis|postgres|testing)$/, replacement: source('$1.ts') },
    ],
  },
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/support/quiet.ts'],
    testTimeout: 20_000,
  },
});
