import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** Bundles a TypeScript program of the tests into `folder`, so that plain `node` runs it; gives the path of the bundle. */
export async function bundleChild(source: URL, folder: string): Promise<string> {
  const outfile = join(folder, 'child.mjs');
  await build({
    entryPoints: [fileURLToPath(source)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    // A path instead of a name: the bundle lies where no node_modules is near.
    alias: { 'jose/jwt/decode': createRequire(import.meta.url).resolve('jose/jwt/decode') },
    logLevel: 'silent',
  });
  return outfile;
}
