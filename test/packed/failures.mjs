/** Failures, limits, models and fallback with the installed package: as a library by both module systems, as a command, and at the edge. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { EdgeVM } from '@edge-runtime/vm';
import { bundle } from './edge.mjs';
import { withEmulator } from './with-emulator.mjs';

const run = promisify(execFile);

/** A usage limit by itself and behind a fallback, the live list, the state of the plan. */
const FLOW = `
async function flow(all) {
  const { createCodex, createFallback, CodexUsageLimitError, getModelStatus, memoryAuthStore } = all;
  const emulator = await all.startCodexEmulator();
  const { baseURL, issuer } = emulator;
  const codex = createCodex({ baseURL, issuer, authStore: memoryAuthStore(emulator.login()) });
  const call = { model: codex('gpt-5.3-codex'), prompt: 'Say it.' };
  const posts = () => emulator.requests.filter(({ path }) => path.endsWith('/responses')).length;
  emulator.reply(all.codexFailures.usageLimit());
  const error = await all.generateText(call).catch((reason) => reason);
  const steps = [CodexUsageLimitError.isInstance(error), error.resetsAt > 0, error.isRetryable, posts()];
  emulator.reply(all.codexFailures.usageLimit(), 'the second');
  const models = [codex('gpt-5.3-codex'), codex('gpt-5.5')];
  const { text, providerMetadata } = await all.generateText({ ...call, model: createFallback({ models }) });
  steps.push(text, providerMetadata.codex.fallback.used, providerMetadata.codex.rateLimits.primary.usedPercent);
  steps.push((await codex.models()).some(({ id, source }) => id === 'gpt-5.5' && source === 'live'));
  steps.push((await codex.usage()).rateLimits.primary.windowMinutes, getModelStatus('gpt-5.3-codex'));
  steps.push(emulator.violations.length);
  await emulator.close();
  return JSON.stringify(steps);
}`;
const EXPECTED = JSON.stringify([true, true, false, 1, 'the second', 'gpt-5.5', 12, true, 300, 'retired', 0]);
const ENTRIES = ['ai', 'ai-sdk-codex', 'ai-sdk-codex/auth', 'ai-sdk-codex/testing'];

async function runFlow(folder, extension, load) {
  const file = join(await mkdtemp(join(folder, 'program-')), `main.${extension}`);
  await writeFile(file, `${FLOW}\n${load}`);
  const { stdout } = await run(process.execPath, [file], { cwd: folder });
  return stdout.trim();
}

/** Runs the installed command with a login of `emulator`. */
async function runBin(folder, emulator, args) {
  const home = await mkdtemp(join(folder, 'home-'));
  const ours = join(home, 'ours');
  const env = {
    PATH: process.env.PATH,
    HOME: home,
    AI_SDK_CODEX_HOME: ours,
    CODEX_ACCESS_TOKEN: emulator.login().accessToken,
    CODEX_BASE_URL: emulator.baseURL,
    CODEX_ISSUER: emulator.issuer,
  };
  const { stdout } = await run(join(folder, 'node_modules/.bin/ai-sdk-codex'), args, { env, cwd: folder });
  return { stdout, files: await readdir(ours).catch(() => []) };
}

export const failureChecks = [
  {
    name: 'ES modules meet a usage limit, fall back, list models and read the usage',
    async run({ folder }) {
      const imports = ENTRIES.map((entry) => `...(await import('${entry}'))`).join(', ');
      assert.equal(await runFlow(folder, 'mjs', `console.log(await flow({ ${imports} }));`), EXPECTED);
    },
  },
  {
    name: 'CommonJS modules meet a usage limit, fall back, list models and read the usage',
    async run({ folder }) {
      const imports = ENTRIES.map((entry) => `...require('${entry}')`).join(', ');
      assert.equal(await runFlow(folder, 'cjs', `flow({ ${imports} }).then(console.log);`), EXPECTED);
    },
  },
  {
    name: 'the command asks, lists models, shows the usage, and keeps the list in a file',
    run: ({ folder }) =>
      withEmulator(folder, async (emulator) => {
        emulator.reply('Because of the air.');
        const ask = await runBin(folder, emulator, ['ask', 'Why?', '--model', 'gpt-5.5']);
        assert.equal(ask.stdout.trim(), 'Because of the air.');
        const models = await runBin(folder, emulator, ['models', '--json']);
        assert.ok(JSON.parse(models.stdout).some(({ id, source }) => id === 'gpt-5.5' && source === 'live'));
        assert.deepEqual(models.files, ['models.json']);
        const usage = await runBin(folder, emulator, ['usage', '--json']);
        assert.equal(JSON.parse(usage.stdout).rateLimits.primary.usedPercent, 12);
        const doctor = await runBin(folder, emulator, ['doctor', '--json']);
        assert.equal(JSON.parse(doctor.stdout).ok, true);
        assert.deepEqual(emulator.violations, []);
      }),
  },
  {
    name: 'a fallback works in an edge runtime',
    async run({ folder }) {
      const { outputFiles } = await bundle(folder, `export * from 'ai-sdk-codex';`, 'root');
      const auth = await bundle(folder, `export * from 'ai-sdk-codex/auth';`, 'auth');
      const vm = new EdgeVM();
      for (const file of [outputFiles[0], auth.outputFiles[0]]) vm.evaluate(file.text);
      const answer = await vm.evaluate(`(async () => {
        const segment = (value) => btoa(JSON.stringify(value)).replace(/=+$/, '');
        const accessToken = segment({ alg: 'none' }) + '.' + segment({ exp: 4102444800 }) + '.x';
        const frames = [
          { type: 'response.output_item.done', output_index: 0, item: { type: 'message', id: 'm', content: [{ type: 'output_text', text: 'second' }] } },
          { type: 'response.completed', response: { id: 'r', output: [] } },
        ];
        const answers = [
          () => Response.json({ error: { type: 'usage_limit_reached', message: 'x', resets_in_seconds: 60 } }, { status: 429 }),
          () => new Response(frames.map((frame) => 'data: ' + JSON.stringify(frame) + '\\n\\n').join('')),
        ];
        const fetch = async () => answers.shift()();
        const codex = root.createCodex({ fetch, baseURL: 'https://backend.test/codex', authStore: auth.memoryAuthStore({ accessToken }) });
        const model = root.createFallback({ models: [codex('gpt-5.3-codex'), codex('gpt-5.5')] });
        const prompt = [{ role: 'user', content: [{ type: 'text', text: 'x' }] }];
        const { content, providerMetadata } = await model.doGenerate({ prompt });
        return content[0].text + ' ' + JSON.stringify(providerMetadata.codex.fallback.used);
      })()`);
      assert.equal(answer, 'second "gpt-5.5"');
    },
  },
];
