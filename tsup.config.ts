import { defineConfig } from 'tsup';
import manifest from './package.json' with { type: 'json' };

export default defineConfig({
  entry: {
    index: 'src/index.ts',
    auth: 'src/auth.ts',
    node: 'src/node.ts',
    testing: 'src/testing.ts',
    'default-store.node': 'src/default-store.node.ts',
    'default-store.none': 'src/default-store.none.ts',
  },
  format: ['esm', 'cjs'],
  target: 'node20',
  platform: 'neutral',
  dts: true,
  clean: true,
  splitting: true,
  treeshake: true,
  define: { __PACKAGE_VERSION__: JSON.stringify(manifest.version) },
  external: ['#default-store', /^node:/],
});
