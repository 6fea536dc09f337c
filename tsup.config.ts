import { defineConfig, type Options } from 'tsup';
import manifest from './package.json' with { type: 'json' };

const common: Options = {
  target: 'node20',
  splitting: true,
  treeshake: true,
  clean: false, // two builds write to one folder; `npm run build` empties it first
  define: { __PACKAGE_VERSION__: JSON.stringify(manifest.version) },
};

export default defineConfig([
  {
    ...common,
    entry: {
      index: 'src/index.ts',
      auth: 'src/auth.ts',
      node: 'src/node.ts',
      redis: 'src/redis.ts',
      postgres: 'src/postgres.ts',
      testing: 'src/testing.ts',
      'default-store.node': 'src/default-store.node.ts',
      'default-store.none': 'src/default-store.none.ts',
    },
    format: ['esm', 'cjs'],
    platform: 'neutral',
    dts: true,
    shims: true, // `open`, which is bundled, asks for import.meta.url
    external: ['#default-store', /^node:/],
  },
  {
    ...common,
    entry: { cli: 'src/cli/main.ts' },
    format: ['esm'],
    platform: 'node',
    banner: { js: '#!/usr/bin/env node' },
    outExtension: () => ({ js: '.js' }),
    external: ['#default-store'],
  },
]);
