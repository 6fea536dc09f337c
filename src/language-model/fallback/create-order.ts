import type { AnyModel, Candidate } from './candidate';
import { CoolDowns, keyOf } from './cool-downs';
import type { FallbackOrder, OnFallback } from './try-in-order';

/**
 * An order over `models`, each once.
 *
 * @param options.accountOf Tells apart models of the same names whose calls go out with different logins.
 * @throws TypeError for no model at all, and for what is no model of `version`.
 */
export function createOrder<Model extends AnyModel & { specificationVersion: string }>(
  models: readonly Model[],
  options: {
    version: Model['specificationVersion'];
    accountOf(model: Model): object | undefined;
    onFallback: OnFallback | undefined;
    now(): number;
  },
): FallbackOrder<Model> {
  if (!Array.isArray(models) || models.length === 0) throw new TypeError('createFallback needs at least one model.');
  const accounts: object[] = [];
  const candidates = new Map<string, Candidate<Model>>();
  for (const model of models as readonly Model[]) {
    checkModel(model, options.version);
    const candidate = { model, owner: ownerOf(model, options.accountOf(model), accounts) };
    const key = keyOf(candidate);
    if (!candidates.has(key)) candidates.set(key, candidate);
  }
  const { onFallback, now } = options;
  return { candidates: [...candidates.values()], coolDowns: new CoolDowns(), onFallback, now };
}

function checkModel(model: unknown, version: string): void {
  if (typeof model === 'string') {
    const advice = "give the instance, codex('gpt-5.5'), or use `order` and `registry`";
    throw new TypeError(`createFallback takes models, not ids such as ${JSON.stringify(model)}: ${advice}.`);
  }
  const { specificationVersion, provider, modelId } = Object(model) as Partial<AnyModel> & {
    specificationVersion?: unknown;
  };
  if (specificationVersion === version) return;
  const name = modelId === undefined ? 'this is no model' : `${provider} ${modelId} is ${specificationVersion}`;
  throw new TypeError(`createFallback takes models of specification ${version}; ${name}.`);
}

/** `openai.chat` and `openai.responses` share a key: the part before the dot. */
function ownerOf({ provider }: AnyModel, account: object | undefined, accounts: object[]): string {
  const [name = provider] = provider.split('.');
  if (!account) return name;
  if (!accounts.includes(account)) accounts.push(account);
  return `${name}#${accounts.indexOf(account)}`;
}
