import { defineConfig } from 'vitest/config';
import base from './vitest.config';

/** The tests with the real Codex CLI. Started by `scripts/test-codex-cli.mjs` alone, inside a network of its own. */
export default defineConfig({
  ...base,
  test: { include: ['test/codex-cli/**/*.referee.ts'], testTimeout: 120_000, fileParallelism: false },
});
