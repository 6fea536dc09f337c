import { mkdir, mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const CACHE = fileURLToPath(new URL('../../node_modules/.cache/test-children/', import.meta.url));

/** Bundles a TypeScript program of the tests, so that plain `node` runs it in a process of its own; gives its path. */
export async function bundleChild(source: URL): Promise<string> {
  await mkdir(CACHE, { recursive: true });
  const outfile = join(await mkdtemp(CACHE), 'child.mjs');
  await build({
    entryPoints: [fileURLToPath(source)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    // The bundle lies within node_modules, where packages are found as they are by the tests.
    packages: 'external',
    alias: { '#default-store': fileURLToPath(new URL('../../src/default-store.node.ts', import.meta.url)) },
    logLevel: 'silent',
  });
  return outfile;
}
