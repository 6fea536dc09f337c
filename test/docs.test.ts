import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const PAGES = ['README.md', ...readdirSync(join(ROOT, 'docs')).map((name) => `docs/${name}`)];
/** Where the samples are as if they were files: in the root, so that packages are found. */
const PLACE = (name: string) => join(ROOT, name);

/** What a sample that goes on from another one, or from the reader's app, may use without saying where it is from. */
const PRELUDE = `
declare const codex: import('ai-sdk-codex').CodexProvider;
declare const { openai }: typeof import('@ai-sdk/openai');
declare const { createCodex }: typeof import('ai-sdk-codex');
declare const { generateText }: typeof import('ai');
declare const { authStoreContract }: typeof import('ai-sdk-codex/testing');
declare const log: Record<'debug' | 'warn', (details: object | undefined, message: string) => void>;
declare function warnAt(percent: number, used: number | undefined): void;
declare function createMyStore(): import('ai-sdk-codex/auth').AuthStore;
declare function test(name: string, run: () => Promise<void>): void;
`;

/** Every block of TypeScript, by the page and the line that it stands in. */
function samplesOf(page: string): [string, string][] {
  const text = readFileSync(join(ROOT, page), 'utf8');
  return [...text.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(({ index, 1: code = '' }) => {
    const line = text.slice(0, index).split('\n').length;
    return [`${page.replace(/\W/g, '-')}-line-${line}.ts`, code];
  });
}

/** What the compiler says of each file, in lines like `README-md-line-5.ts:2 Cannot find name 'x'.` */
function complaints(files: Map<string, string>): string[] {
  const config = ts.readConfigFile(join(ROOT, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config.config, { ...ts.sys, readDirectory: () => [] }, ROOT);
  const host = ts.createCompilerHost(options);
  const { readFile, fileExists, getSourceFile } = host;
  const own = (path: string) =>
    dirname(path) === dirname(PLACE('x')) ? files.get(path.slice(PLACE('').length)) : undefined;
  host.fileExists = (path) => own(path) !== undefined || fileExists(path);
  host.readFile = (path) => own(path) ?? readFile(path);
  host.getSourceFile = (path, language, ...rest) => {
    const text = own(path);
    return text === undefined ? getSourceFile(path, language, ...rest) : ts.createSourceFile(path, text, language);
  };
  const program = ts.createProgram([...files.keys()].map(PLACE), options, host);
  return [...files.keys()].flatMap((name) => {
    const source = program.getSourceFile(PLACE(name));
    return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map(
      ({ start = 0, messageText }) => {
        const line = (source?.getLineAndCharacterOfPosition(start).line ?? 0) + 1;
        return `${name}:${line} ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
      },
    );
  });
}

it('the documentation has samples that compile', { timeout: 60_000 }, () => {
  const samples = PAGES.flatMap(samplesOf);
  expect(samples.length).toBeGreaterThan(8);
  // Each is a module, so that what it declares stays its own.
  const files = new Map(samples.map(([name, code]) => [name, `${code}\nexport {};\n`]));
  const wrong = [
    ['wrong-1.ts', 'const text: string = codex;\nexport {};\n'],
    ['wrong-2.ts', "import { nothing } from 'ai-sdk-codex';\nnothing();\n"],
  ] as const;
  const all = new Map([...files, ...wrong, ['prelude.d.ts', PRELUDE]]);
  const found = complaints(all);
  expect(found.filter((line) => line.startsWith('wrong-')).map((line) => line.split(':')[0])).toEqual([
    'wrong-1.ts',
    'wrong-2.ts',
  ]);
  expect(found.filter((line) => !line.startsWith('wrong-'))).toEqual([]);
});
