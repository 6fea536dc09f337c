/** The declarations as an app's compiler sees them. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import ts from 'typescript';

const CONSUMER = `
import { streamText, type LanguageModel } from 'ai';
import {
  CodexAuthError, CodexUsageLimitError, codex, createCodex, createFallback, DEFAULT_MODEL_ORDER, getModelStatus, normalizeModelId,
  type CodexModel, type CodexProviderSettings, type CodexUsage, type ModelOrder, type OAuthCredentials, type RateLimits,
} from 'ai-sdk-codex';
import { memoryAuthStore, type AuthStore } from 'ai-sdk-codex/auth';
import { fileAuthStore } from 'ai-sdk-codex/node';
import { startCodexEmulator } from 'ai-sdk-codex/testing';

const login: OAuthCredentials = { accessToken: 'x', expiresAt: 1 };
const stores: AuthStore[] = [memoryAuthStore(login), memoryAuthStore({ work: login }), fileAuthStore({ path: 'x' })];
const settings: CodexProviderSettings = { profile: 'work', fetch: globalThis.fetch };
export const model: LanguageModel = createCodex({ ...settings, authStore: stores[0]! })('gpt-5.3-codex');
export const answer = () => streamText({ model: codex('any-new-id'), prompt: 'x' });
export const effort: string | undefined = normalizeModelId('gpt-5.5-high').reasoningEffort;
export const reason = (error: unknown): string | undefined => (CodexAuthError.isInstance(error) ? error.code : undefined);
export const resets = (error: unknown): number | undefined => (CodexUsageLimitError.isInstance(error) ? error.resetsAt : undefined);
export const both: LanguageModel = createFallback({ models: [codex('gpt-5.5'), codex('gpt-5.4-mini')] });
export const order: ModelOrder = DEFAULT_MODEL_ORDER;
export const retired: boolean = getModelStatus('gpt-5.3-codex') === 'retired';
export const list = (): Promise<CodexModel[]> => codex.models();
export const plan = async (): Promise<[CodexUsage, RateLimits]> => [await codex.usage(), (await codex.usage()).rateLimits];
createCodex({ onRateLimits: ({ primary }) => console.log(primary?.usedPercent), timeouts: { connectMs: 0 }, modelCache: false });
export async function emulate(): Promise<string> {
  const emulator = await startCodexEmulator();
  emulator.reply('x');
  await emulator.close();
  return emulator.baseURL;
}
// @ts-expect-error a number is no URL
createCodex({ baseURL: 1 });
// @ts-expect-error a login needs an access token
export const broken: OAuthCredentials = { refreshToken: 'x' };
// @ts-expect-error there is no such name
export { createOpenAI } from 'ai-sdk-codex';
`;

const STRICT = {
  target: ts.ScriptTarget.ES2022,
  lib: ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
  strict: true,
  exactOptionalPropertyTypes: true,
  noEmit: true,
  types: ['node'],
};

const RESOLUTIONS = {
  node16: { module: ts.ModuleKind.Node16, moduleResolution: ts.ModuleResolutionKind.Node16 },
  bundler: { module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler },
};

/** Complaints about the consumer and about our declarations; those of other packages are not ours. */
function complaints(folder, file, resolution) {
  const options = { ...STRICT, ...RESOLUTIONS[resolution] };
  const host = ts.createCompilerHost(options);
  host.getCurrentDirectory = () => folder;
  const program = ts.createProgram([join(folder, file)], options, host);
  return ts
    .getPreEmitDiagnostics(program)
    .filter(({ file: where }) => !where || where.fileName.includes('/ai-sdk-codex/') || where.fileName.endsWith(file))
    .map((one) => ts.formatDiagnostic(one, { ...host, getNewLine: () => '\n' }).trim());
}

async function check(folder, file, resolution, source = CONSUMER) {
  await writeFile(join(folder, file), source);
  return complaints(folder, file, resolution);
}

export const typeChecks = [
  ...[
    ['consumer.mts', 'node16'],
    ['consumer.cts', 'node16'],
    ['consumer.ts', 'bundler'],
  ].map(([file, resolution]) => ({
    name: `${file} compiles under moduleResolution ${resolution}`,
    run: async ({ folder }) => assert.deepEqual(await check(folder, file, resolution), []),
  })),
  {
    name: 'the compilation fails on a planted wrong type',
    async run({ folder }) {
      const wrong = `import { createCodex } from 'ai-sdk-codex';\nexport const x: number = createCodex();`;
      assert.match(String(await check(folder, 'wrong.mts', 'node16', wrong)), /TS2322/);
    },
  },
];
