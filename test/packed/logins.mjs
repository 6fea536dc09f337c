/** Logging in with the installed package: as a library by both module systems, as a command, and at the edge. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { EdgeVM } from '@edge-runtime/vm';
import { bundle } from './edge.mjs';

const run = promisify(execFile);

/** Logs in by device code and in the browser, calls a model with each login, logs out. Prints what the stores hold. */
const FLOW = `
async function flow({ createCodex, loginWithDeviceCode, loginWithBrowser, logout, memoryAuthStore, startCodexEmulator }) {
  const emulator = await startCodexEmulator({ oauth: { deviceIntervalSeconds: 1 } });
  const { baseURL, issuer } = emulator;
  const authStore = memoryAuthStore();
  const target = { authStore, issuer };
  const steps = [];
  const call = async (profile) => {
    const prompt = [{ role: 'user', content: [{ type: 'text', text: 'Say it.' }] }];
    const { content } = await createCodex({ baseURL, issuer, authStore, profile })('gpt-5.3-codex').doGenerate({ prompt });
    steps.push(content.map((part) => part.text).join(''));
  };
  emulator.reply('by device', 'by browser');
  await loginWithDeviceCode({ ...target, profile: 'device', onCode: () => {} });
  await call('device');
  await loginWithBrowser({ ...target, profile: 'browser', timeoutMs: 60_000 }); // with the default opener, which finds ours in the PATH
  await call('browser');
  steps.push((await authStore.profiles()).join('+'));
  for (const profile of ['device', 'browser']) await logout({ ...target, profile });
  steps.push((await authStore.profiles()).length);
  steps.push(emulator.requests.filter(({ path }) => path === '/oauth/revoke').length);
  steps.push(emulator.violations.length);
  await emulator.close();
  return JSON.stringify(steps);
}`;
const EXPECTED = JSON.stringify(['by device', 'by browser', 'device+browser', 0, 2, 0]);
const ENTRIES = ['', '/auth', '/node', '/testing'].map((entry) => `ai-sdk-codex${entry}`);

/** A folder with programs that open a page and follow where it leads, as a browser does. */
async function fakeBrowser(folder) {
  const bin = await mkdtemp(join(folder, 'bin-'));
  for (const name of ['xdg-open', 'open']) {
    await writeFile(join(bin, name), `#!${process.execPath}\nfetch(process.argv.at(-1)).then((r) => r.text());\n`);
    await chmod(join(bin, name), 0o755);
  }
  return bin;
}

async function runFlow(folder, extension, load) {
  const file = join(await mkdtemp(join(folder, 'program-')), `main.${extension}`);
  await writeFile(file, `${FLOW}\n${load}`);
  const env = { ...process.env, PATH: `${await fakeBrowser(folder)}:${process.env.PATH}` };
  const { stdout } = await run(process.execPath, [file], { cwd: folder, env });
  return stdout.trim();
}

async function runBin(folder, args) {
  const home = await mkdtemp(join(folder, 'home-'));
  await mkdir(join(home, 'ours'));
  const env = { PATH: process.env.PATH, HOME: home, AI_SDK_CODEX_HOME: join(home, 'ours') };
  const bin = join(folder, 'node_modules/.bin/ai-sdk-codex');
  return run(bin, args, { env, cwd: folder }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    ({ code, stdout, stderr }) => ({ code, stdout, stderr }),
  );
}

export const loginChecks = [
  {
    name: 'ES modules log in by device code and browser, call, and log out',
    async run({ folder }) {
      const imports = ENTRIES.map((entry) => `...(await import('${entry}'))`).join(', ');
      assert.equal(await runFlow(folder, 'mjs', `console.log(await flow({ ${imports} }));`), EXPECTED);
    },
  },
  {
    name: 'CommonJS modules log in by device code and browser, call, and log out',
    async run({ folder }) {
      const imports = ENTRIES.map((entry) => `...require('${entry}')`).join(', ');
      assert.equal(await runFlow(folder, 'cjs', `flow({ ${imports} }).then(console.log);`), EXPECTED);
    },
  },
  {
    name: 'the command runs, and says by its exit code that nobody is logged in',
    async run({ folder }) {
      const manifest = JSON.parse(await readFile(join(folder, 'node_modules/ai-sdk-codex/package.json'), 'utf8'));
      assert.equal((await runBin(folder, ['--version'])).stdout.trim(), manifest.version);
      const status = await runBin(folder, ['status', '--json']);
      assert.equal(status.code, 1);
      assert.equal(JSON.parse(status.stdout).state, 'not_logged_in');
      assert.equal((await runBin(folder, ['no-such-command'])).code, 2);
    },
  },
  {
    name: 'a login by device code works in an edge runtime',
    async run({ folder }) {
      const { outputFiles } = await bundle(folder, `export * from 'ai-sdk-codex/auth';`, 'auth');
      const vm = new EdgeVM();
      vm.evaluate(outputFiles[0].text);
      const answer = await vm.evaluate(`(async () => {
        const segment = (value) => btoa(JSON.stringify(value)).replace(/=+$/, '');
        const token = segment({ alg: 'none' }) + '.' + segment({ exp: 4102444800 }) + '.x';
        const answers = {
          '/api/accounts/deviceauth/usercode': { device_auth_id: 'd', user_code: 'ABCD-1', interval: '1' },
          '/api/accounts/deviceauth/token': { authorization_code: 'c', code_verifier: 'v'.repeat(43) },
          '/oauth/token': { access_token: token, refresh_token: 'r', id_token: token },
        };
        const fetch = async (url) => Response.json(answers[new URL(url).pathname]);
        const codes = [];
        const authStore = auth.memoryAuthStore();
        await auth.loginWithDeviceCode({ authStore, fetch, onCode: ({ userCode }) => { codes.push(userCode); } });
        return codes.join() + ' ' + (await auth.authStatus({ authStore })).state;
      })()`);
      assert.equal(answer, 'ABCD-1 logged_in');
    },
  },
  {
    name: 'the stores for many machines load no driver',
    async run({ folder }) {
      const source = `const { redisAuthStore } = await import('ai-sdk-codex/redis');
        const { postgresAuthStore } = await import('ai-sdk-codex/postgres');
        console.log(typeof redisAuthStore, typeof postgresAuthStore);`;
      const { stdout } = await run(process.execPath, ['--input-type=module', '-e', source], { cwd: folder });
      assert.equal(stdout.trim(), 'function function');
      for (const driver of ['ioredis', 'redis', 'pg']) {
        await assert.rejects(readFile(join(folder, 'node_modules', driver, 'package.json')), { code: 'ENOENT' });
      }
    },
  },
];
