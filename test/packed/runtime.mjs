/** What the installed package does in Node, by both module systems. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { EXPECTED, STREAMED_CALL } from './call.mjs';

const run = promisify(execFile);
const recorder = fileURLToPath(new URL('record-io.cjs', import.meta.url));

/** Runs `source` as a program of the consumer and gives what it printed. */
async function runProgram(folder, extension, source, nodeOptions = []) {
  const file = join(await mkdtemp(join(folder, 'program-')), `main.${extension}`);
  await writeFile(file, source);
  const { stdout } = await run(process.execPath, [...nodeOptions, file], { cwd: folder });
  return stdout.trim();
}

async function entryPoints(folder) {
  const manifest = JSON.parse(await readFile(join(folder, 'node_modules/ai-sdk-codex/package.json'), 'utf8'));
  return Object.keys(manifest.exports)
    .filter((key) => key !== './package.json')
    .map((key) => `ai-sdk-codex${key.slice(1)}`);
}

/** The program prints the names that an entry exports. */
const names = (load) => `const show = (m) => console.log(Object.keys(m).sort().join(' ')); ${load}`;

const inside = (load) => `${STREAMED_CALL}\n${load}`;

async function ioOf(folder, source) {
  const printed = await runProgram(folder, 'mjs', `${source}\nconsole.log(JSON.stringify(recordedIO));`, [
    '-r',
    recorder,
  ]);
  return JSON.parse(printed);
}

export const runtimeChecks = [
  {
    name: 'every entry point gives the same names by import and by require',
    async run({ folder }) {
      for (const entry of await entryPoints(folder)) {
        const esm = await runProgram(folder, 'mjs', names(`show(await import('${entry}'));`));
        const cjs = await runProgram(folder, 'cjs', names(`show(require('${entry}'));`));
        assert.notEqual(esm, '', `${entry} exports nothing`);
        assert.equal(cjs, esm, entry);
      }
    },
  },
  {
    name: 'an ES module makes a streamed call',
    async run({ folder }) {
      const load = `const all = { ...(await import('ai-sdk-codex')), ...(await import('ai-sdk-codex/auth')) };`;
      assert.equal(await runProgram(folder, 'mjs', inside(`${load} console.log(await streamedCall(all));`)), EXPECTED);
    },
  },
  {
    name: 'a CommonJS module makes a streamed call',
    async run({ folder }) {
      const load = `const all = { ...require('ai-sdk-codex'), ...require('ai-sdk-codex/auth') };`;
      assert.equal(await runProgram(folder, 'cjs', inside(`${load} streamedCall(all).then(console.log);`)), EXPECTED);
    },
  },
  {
    name: 'isInstance recognises the errors of the other module system, where instanceof does not',
    async run({ folder }) {
      const source = `
        import { createRequire } from 'node:module';
        import * as esm from 'ai-sdk-codex';
        const cjs = createRequire(import.meta.url)('ai-sdk-codex');
        const options = { code: 'not_logged_in', message: 'x', url: 'https://a.test', requestBodyValues: {}, attempts: [] };
        const classes = Object.keys(esm).filter((name) => name.endsWith('Error'));
        for (const name of classes) {
          const [a, b] = [new esm[name](options), new cjs[name](options)];
          if (a instanceof cjs[name] || b instanceof esm[name]) throw new Error(name + ' is shared: nothing was proved');
          if (!cjs[name].isInstance(a) || !esm[name].isInstance(b)) throw new Error(name + ' is not recognised');
          if (esm[name].isInstance(new Error('x'))) throw new Error(name + ' takes any error');
        }
        console.log(classes.length);`;
      assert.ok(Number(await runProgram(folder, 'mjs', source)) >= 3);
    },
  },
  {
    name: 'importing the package and creating a provider and a model does no I/O',
    async run({ folder }) {
      const source = `const { codex, createCodex } = await import('ai-sdk-codex');
        createCodex()('gpt-5.3-codex'); codex('gpt-5.3-codex');`;
      assert.deepEqual(await ioOf(folder, source), []);
    },
  },
  {
    name: 'the record of I/O sees a file, a connection and a fetch',
    async run({ folder }) {
      const source = `import { readFile } from 'node:fs/promises'; import { connect } from 'node:net';
        await readFile('/nowhere/auth.json').catch(() => {});
        await new Promise((done) => connect(1, '127.0.0.1').on('error', done));
        await fetch('data:,x');`;
      assert.deepEqual(await ioOf(folder, source), [
        'readFile /nowhere/auth.json',
        'connect a socket',
        'fetch data:,x',
      ]);
    },
  },
  {
    name: 'the first call without a login reads the default store and fails as CodexAuthError',
    async run({ folder }) {
      const source = `const { codex, CodexAuthError } = await import('ai-sdk-codex');
        process.env.AI_SDK_CODEX_HOME = '/nowhere/ai-sdk-codex';
        const prompt = [{ role: 'user', content: [{ type: 'text', text: 'x' }] }];
        const error = await codex('gpt-5.3-codex').doStream({ prompt }).catch((reason) => reason);
        if (!CodexAuthError.isInstance(error) || error.code !== 'not_logged_in') throw error;`;
      const touched = await ioOf(folder, source);
      assert.ok(
        touched.some((one) => one.includes('/nowhere/ai-sdk-codex')),
        String(touched),
      );
      assert.deepEqual(
        touched.filter((one) => /fetch|connect|lookup/.test(one)),
        [],
      );
    },
  },
];
