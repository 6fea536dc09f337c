/** The root and `./auth` in a runtime that has web standards and nothing else. */
import assert from 'node:assert/strict';
import { EdgeVM } from '@edge-runtime/vm';
import { build } from 'esbuild';
import { EXPECTED, STREAMED_CALL } from './call.mjs';

/** Bundles `source` as an edge platform would: no externals, and no conditions but `import` and `default`. */
export async function bundle(folder, source, globalName) {
  return build({
    stdin: { contents: source, resolveDir: folder, loader: 'js' },
    bundle: true,
    write: false,
    metafile: true,
    format: 'iife',
    platform: 'neutral',
    conditions: [],
    target: 'es2022',
    globalName,
    logLevel: 'silent',
  });
}

async function callOnEdge(folder, before = '') {
  const root = await bundle(folder, `${before}\nexport * from 'ai-sdk-codex';`, 'root');
  const auth = await bundle(folder, `export * from 'ai-sdk-codex/auth';`, 'auth');
  const vm = new EdgeVM();
  for (const { outputFiles } of [root, auth]) vm.evaluate(outputFiles[0].text);
  const answer = await vm.evaluate(`${STREAMED_CALL}; streamedCall({ ...root, ...auth })`);
  assert.equal(answer, EXPECTED);
  return { root, auth };
}

export const edgeChecks = [
  {
    name: 'the root and ./auth, bundled without externals, make a streamed call in an edge runtime',
    run: ({ folder }) => callOnEdge(folder),
  },
  {
    name: 'the edge bundle holds nothing of Node, file stores, the emulator or provider-utils',
    async run({ folder }) {
      const { root } = await callOnEdge(folder);
      const files = Object.keys(root.metafile.inputs);
      assert.ok(files.some((file) => file.endsWith('ai-sdk-codex/dist/default-store.none.js')));
      const foreign = /file-store|default-store\.node|dist\/(?:node|testing|cli)\b|provider-utils|undici|node:/;
      assert.deepEqual(
        files.filter((file) => foreign.test(file)),
        [],
      );
    },
  },
  {
    name: 'the edge proof fails on a planted import of node:fs',
    run: ({ folder }) => assert.rejects(callOnEdge(folder, `import 'node:fs';`), /Could not resolve "node:fs"/),
  },
  {
    name: 'the edge proof fails on a planted global of Node',
    run: ({ folder }) => assert.rejects(callOnEdge(folder, 'Buffer.from("x");'), /Buffer is not defined/),
  },
];
