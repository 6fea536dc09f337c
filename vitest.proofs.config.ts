import { defineConfig } from 'vitest/config';
import base from './vitest.config';

/** The slow proofs: real servers, a real browser and keychain, killed processes. Started by `scripts/test-proofs.mjs`. */
export default defineConfig({
  ...base,
  test: { include: ['test/proofs/**/*.proof.ts'], testTimeout: 120_000, hookTimeout: 60_000, fileParallelism: false },
});
