import { posix } from 'node:path';
import { readFacts, type SourceFacts } from './source-facts';

/** Source files by their path below `src`. */
export type Sources = ReadonlyMap<string, string>;

/** What each folder may import of ours besides itself: a folder (all of it) or a single file. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  shared: [],
  stores: ['shared'],
  catalog: ['shared'],
  auth: ['shared', 'stores/auth-store'],
  codec: ['shared', 'catalog/model-info'],
  // The type of the body: what is sent must be named somewhere.
  transport: ['shared', 'codec/response', 'codec/request/request-body'],
  'language-model': ['shared', 'codec', 'transport', 'catalog', 'auth/errors'],
  'provider.ts': [
    'shared',
    'stores',
    'catalog',
    'auth',
    'codec',
    'transport',
    'language-model',
    'call-environment',
    '#default-store',
  ],
  'call-environment.ts': ['shared', 'catalog', 'auth', 'transport', 'language-model'],
};

const NODE_PLACES = /(?:^|\/)node\/|(?:^|\/)(?:redis|postgres|cli|mcp|testing)\/|\.node\.ts$|^(?:node|testing)\.ts$/;
const RUNTIME = 'shared/runtime.ts';
/** A type of one version of the AI SDK's specification. */
const SPEC_TYPE = /^(?:[A-Z][a-z]+)+V(\d)(?:[A-Z]\w*)?$/;
/** What an app may have to load before its first call. */
const LOADED_WITH_ROOT = new Set(['@ai-sdk/provider']);

/** Every breach of the house's rules, as `path: what is wrong`. */
export function findBreaches(sources: Sources): string[] {
  const breaches: string[] = [];
  for (const [path, text] of sources) {
    const facts = readFacts(path, text);
    const rules = [layers, platform, outsideWorld, specVersions, packages, typing];
    for (const rule of rules) breaches.push(...rule(path, facts, sources).map((breach) => `${path}: ${breach}`));
  }
  return [...breaches, ...rootGraphs(sources)];
}

function layers(path: string, { imports }: SourceFacts, sources: Sources): string[] {
  const layer = path.split('/')[0] ?? path;
  const allowed = MAY_IMPORT[layer];
  return imports.flatMap(({ specifier }) => {
    if (specifier === '(computed)') return ['imports something computed'];
    const target = resolveOwn(path, specifier);
    if (target === undefined) return [];
    if (target !== '#default-store' && !sources.has(`${target}.ts`)) return [`imports ${target}, which is not there`];
    if (!allowed || target.split('/')[0] === layer) return [];
    return allowed.some((one) => target === one || target.startsWith(`${one}/`)) ? [] : [`must not import ${target}`];
  });
}

function platform(path: string, { imports }: SourceFacts): string[] {
  if (NODE_PLACES.test(path)) return [];
  return imports
    .filter(({ specifier }) => specifier.startsWith('node:'))
    .map(({ specifier }) => `imports ${specifier}`);
}

/** Node's own places may use timers and files; the clock and chance come from the runtime there, too. */
function outsideWorld(path: string, { globals }: SourceFacts): string[] {
  if (path === RUNTIME) return [];
  const forbidden = NODE_PLACES.test(path) ? ['Math.random'] : globals;
  return globals.filter((name) => forbidden.includes(name)).map((name) => `reaches for ${name}`);
}

function specVersions(path: string, { names }: SourceFacts): string[] {
  const face = /^language-model\/v(\d)\//.exec(path)?.[1] ?? /^v(\d)\.ts$/.exec(path)?.[1];
  const version = face ?? (path === 'index.ts' || path === 'provider.ts' ? '2' : undefined);
  const foreign = [...names].filter((name) => {
    const spec = SPEC_TYPE.exec(name)?.[1];
    return spec !== undefined && spec !== version;
  });
  return foreign.map((name) => `speaks of ${name}`);
}

/** The codec knows nothing of the AI SDK, not even its types; elsewhere only what is erased may stand outside the faces. */
function packages(path: string, { imports }: SourceFacts): string[] {
  const isForeign = ({ specifier, kind }: SourceFacts['imports'][number]): boolean => {
    if (specifier.startsWith('@ai-sdk/')) {
      return !path.startsWith('language-model/') && (kind !== 'type' || path.startsWith('codec/'));
    }
    const isZod = specifier === 'zod' || specifier.startsWith('zod/');
    return isZod && !/^(?:language-model|testing|cli|mcp)\//.test(path);
  };
  return imports.filter(isForeign).map(({ specifier }) => `imports ${specifier}`);
}

function typing(_path: string, { usesAny }: SourceFacts): string[] {
  return usesAny ? ['uses any'] : [];
}

/** What importing the neutral roots loads: their static imports, and theirs in turn. */
function rootGraphs(sources: Sources): string[] {
  return ['index.ts', 'auth.ts', 'v3.ts', 'v4.ts']
    .filter((root) => sources.has(root))
    .flatMap((root) => {
      const seen = new Set<string>();
      const breaches: string[] = [];
      const follow = (path: string): void => {
        if (seen.has(path)) return;
        seen.add(path);
        if (NODE_PLACES.test(path) && path !== 'default-store.node.ts') breaches.push(`${root} loads ${path}`);
        for (const { specifier, kind } of readFacts(path, sources.get(path) ?? '').imports) {
          if (kind !== 'static') continue;
          const target = resolveOwn(path, specifier);
          if (target === '#default-store') for (const one of ['node', 'none']) follow(`default-store.${one}.ts`);
          else if (target !== undefined) follow(`${target}.ts`);
          else if (!LOADED_WITH_ROOT.has(specifier)) breaches.push(`${root} loads ${specifier} through ${path}`);
        }
      };
      follow(root);
      return breaches;
    });
}

/** The file below `src` that a specifier means, without its extension; undefined for packages. */
function resolveOwn(path: string, specifier: string): string | undefined {
  if (specifier.startsWith('#')) return specifier;
  return specifier.startsWith('.') ? posix.join(posix.dirname(path), specifier) : undefined;
}
