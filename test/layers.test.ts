import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { findBreaches, type Sources } from './support/layer-rules';

const src = fileURLToPath(new URL('../src', import.meta.url));

function readSources(): Sources {
  const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  return new Map(files.map((file) => [file.replaceAll('\\', '/'), readFileSync(join(src, file), 'utf8')]));
}

describe('the source', () => {
  it('keeps to the direction of imports and to one door to the outside world', () => {
    const sources = readSources();
    expect(sources.has('index.ts') && sources.has('shared/runtime.ts')).toBe(true);
    expect(findBreaches(sources)).toEqual([]);
  });
});

/** The smallest house in which every import below has a target. */
const EMPTY_HOUSE = Object.fromEntries(
  [
    'shared/runtime.ts',
    'stores/auth-store.ts',
    'stores/memory-store.ts',
    'stores/node/file-store.ts',
    'catalog/model-info.ts',
    'catalog/known-models.ts',
    'auth/errors.ts',
    'auth/session.ts',
    'codec/call.ts',
    'codec/request/build-request-body.ts',
    'codec/request/request-body.ts',
    'codec/response/response-event.ts',
    'transport/transport.ts',
    'language-model/run-call.ts',
    'language-model/v2/create-provider.ts',
    'testing/emulator.ts',
    'provider.ts',
    'index.ts',
  ].map((path) => [path, 'export {};']),
);

const plant = (files: Record<string, string>) => findBreaches(new Map(Object.entries({ ...EMPTY_HOUSE, ...files })));

describe('a planted breach is found', () => {
  it.each([
    ['shared/a.ts', `import { x } from '../stores/memory-store';`, 'must not import stores/memory-store'],
    ['stores/a.ts', `import type { x } from '../auth/session';`, 'must not import auth/session'],
    ['catalog/a.ts', `export * from '../codec/call';`, 'must not import codec/call'],
    ['auth/a.ts', `import { x } from '../stores/memory-store';`, 'must not import stores/memory-store'],
    ['codec/a.ts', `import { x } from '../catalog/known-models';`, 'must not import catalog/known-models'],
    ['codec/request/a.ts', `type X = import('../../transport/transport').X;`, 'must not import transport/transport'],
    [
      'transport/a.ts',
      `await import('../codec/request/build-request-body');`,
      'must not import codec/request/build-request-body',
    ],
    ['language-model/v2/a.ts', `import { x } from '../../auth/session';`, 'must not import auth/session'],
    ['language-model/a.ts', `export { x } from '../provider';`, 'must not import provider'],
    ['stores/b.ts', `import { x } from './gone';`, 'imports stores/gone, which is not there'],
    ['auth/b.ts', 'const name = "x"; await import(name);', 'imports something computed'],
  ])('between layers: %s %s', (path, text, breach) => {
    expect(plant({ [path]: text })).toEqual([`${path}: ${breach}`]);
  });

  it.each([
    ['auth/a.ts', `import { createHash } from 'node:crypto';`, 'imports node:crypto'],
    ['codec/a.ts', `await import('node:fs/promises');`, 'imports node:fs/promises'],
    ['transport/a.ts', `const t = Date.now();`, 'reaches for Date.now'],
    ['catalog/a.ts', `const t = new Date().getTime();`, 'reaches for new Date()'],
    ['stores/a.ts', `const id = \`\${Math.random()}\`;`, 'reaches for Math.random'],
    ['stores/node/a.ts', `const id = Math.random();`, 'reaches for Math.random'],
    ['auth/a.ts', `export const send = () => fetch('https://a.test');`, 'reaches for fetch'],
    ['auth/b.ts', `export const runtime = { fetch };`, 'reaches for fetch'],
    ['transport/b.ts', `setTimeout(() => {}, 1);`, 'reaches for setTimeout'],
    ['language-model/a.ts', `const id = crypto.randomUUID();`, 'reaches for crypto'],
    ['language-model/b.ts', `const f = globalThis.fetch;`, 'reaches for globalThis'],
    ['codec/b.ts', `const f = (send = fetch) => send;`, 'reaches for fetch'],
    ['index.ts', `if (process.env.CODEX_DEBUG) {}`, 'reaches for process'],
  ])('to the outside world: %s %s', (path, text, breach) => {
    expect(plant({ [path]: text })).toEqual([`${path}: ${breach}`]);
  });

  it.each([
    ['codec/a.ts', `import type { JSONSchema7 } from '@ai-sdk/provider';`, ['imports @ai-sdk/provider']],
    ['auth/a.ts', `import { APICallError } from '@ai-sdk/provider';`, ['imports @ai-sdk/provider']],
    ['transport/a.ts', `import { z } from 'zod/v4';`, ['imports zod/v4']],
    ['language-model/a.ts', `import type { LanguageModelV2 } from '@ai-sdk/provider';`, ['speaks of LanguageModelV2']],
    ['language-model/v2/a.ts', `import type { SharedV3Warning } from 'p';`, ['speaks of SharedV3Warning']],
    ['shared/a.ts', `export type X = ProviderV2;`, ['speaks of ProviderV2']],
    ['shared/b.ts', `export const f = (x: any) => x;`, ['uses any']],
  ])('of packages and types: %s %s', (path, text, breaches) => {
    expect(plant({ [path]: text })).toEqual(breaches.map((breach) => `${path}: ${breach}`));
  });

  it.each([
    [`import { x } from 'jose';`, 'index.ts loads jose through auth/session.ts'],
    [`export * from '@opentelemetry/api';`, 'index.ts loads @opentelemetry/api through auth/session.ts'],
  ])('in what the root loads: %s', (text, breach) => {
    const files = { 'index.ts': `export * from './provider';`, 'provider.ts': `import './auth/session';` };
    expect(plant({ ...files, 'auth/session.ts': text })).toEqual([breach]);
  });

  it('in what the root loads: the file store, the emulator and provider-utils', () => {
    const text = `export * from './stores/node/file-store'; import './testing/emulator';`;
    const breaches = ['stores/node/file-store.ts', 'testing/emulator.ts'].map((path) => `index.ts loads ${path}`);
    expect(plant({ 'index.ts': text })).toEqual(breaches);
    const utils = {
      'index.ts': `import './language-model/run-call';`,
      'language-model/run-call.ts': `import '@ai-sdk/provider-utils';`,
    };
    expect(plant(utils)).toEqual(['index.ts loads @ai-sdk/provider-utils through language-model/run-call.ts']);
  });

  it('in what the default store loads', () => {
    const files = {
      'index.ts': `import { defaultAuthStore } from '#default-store';`,
      'default-store.none.ts': 'export {};',
      'default-store.node.ts': `import { readFile } from 'node:fs/promises';`,
    };
    expect(plant(files)).toEqual(['index.ts loads node:fs/promises through default-store.node.ts']);
  });
});

it.each([
  ['a type of a layer that is allowed', 'codec/a.ts', `import type { ModelInfo } from '../catalog/model-info';`],
  ['a comment and a string', 'codec/b.ts', `// Date.now()\nexport const text = "Math.random() any node:fs";`],
  ['a member of the same name', 'auth/a.ts', `export const f = (r: { fetch(): void }) => r.fetch();`],
  ['a parameter of the same name', 'auth/b.ts', `export const f = (fetch: () => void) => fetch();`],
  ['a date of a given time', 'auth/c.ts', `export const f = (ms: number) => new Date(ms);`],
  ['timers and files in a place of Node', 'stores/node/a.ts', `import 'node:fs'; setTimeout(() => {}, 1);`],
  ['what is loaded later', 'index.ts', `export const f = () => import('jose/jwt/decode');`],
])('%s is no breach', (_name, path, text) => {
  expect(plant({ [path]: text })).toEqual([]);
});
