import { accountOf } from './account';
import type { AnyModel, Candidate } from './candidate';
import { CoolDowns } from './cool-downs';
import type { FallbackOrder, OnFallback } from './try-in-order';

/**
 * An order over `models`, each object once: models of the same names may have other keys or go elsewhere.
 *
 * @throws TypeError for no model at all, and for what is no model of `version`.
 */
export function createOrder<Model extends AnyModel & { specificationVersion: string }>(
  models: readonly Model[],
  options: { version: Model['specificationVersion']; onFallback: OnFallback | undefined; now(): number },
): FallbackOrder<Model> {
  if (!Array.isArray(models) || models.length === 0) throw new TypeError('createFallback needs at least one model.');
  const logins: object[] = [];
  const candidates = [...new Set(models as readonly Model[])].map((model, at): Candidate<Model> => {
    checkModel(model, options.version);
    return { model, ...keysOf(model, at, logins) };
  });
  const { onFallback, now } = options;
  return { candidates, coolDowns: new CoolDowns(), onFallback, now };
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

/** A name proves no login, so that only models of ours can have something in common. */
function keysOf(model: AnyModel, at: number, logins: object[]): Pick<Candidate, 'limitKey' | 'loginKey'> {
  const account = accountOf(model);
  if (!account) return { limitKey: `model ${at}`, loginKey: `model ${at}` };
  if (!logins.includes(account.login)) logins.push(account.login);
  const loginKey = `login ${logins.indexOf(account.login)}`;
  return { limitKey: `${loginKey} ${account.modelId}`, loginKey };
}
