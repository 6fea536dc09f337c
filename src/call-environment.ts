import { createSession, type SessionOptions } from './auth/session';
import { createLiveCatalog } from './catalog/live-catalog';
import type { ModelCache } from './catalog/model-cache';
import { createBackendGet, createUsage } from './language-model/backend-get';
import type { CallEnvironment } from './language-model/run-call';
import { TurnStates } from './language-model/turn-state';
import { inLayer } from './shared/logger';
import { createHttpTransport } from './transport/http-transport';
import { resolveTimeouts, type Timeouts } from './transport/transport';

/** What a provider was told, every default filled in. */
export interface EnvironmentOptions
  extends Omit<CallEnvironment, 'authorizer' | 'catalog' | 'transport' | 'turnStates' | 'usage'> {
  session: SessionOptions;
  timeouts: { [Name in keyof Timeouts]?: number | undefined } | undefined;
  modelCache: ModelCache | undefined;
}

/** Everything that the calls of one provider work with. Opening it does no I/O. */
export function openEnvironment({ session, timeouts, modelCache, ...identity }: EnvironmentOptions): CallEnvironment {
  const { baseURL, clientVersion, runtime, logger } = identity;
  const authorizer = createSession(session);
  const get = createBackendGet({ ...identity, authorizer });
  return {
    ...identity,
    authorizer,
    transport: createHttpTransport(runtime, resolveTimeouts(timeouts), logger),
    turnStates: new TurnStates(runtime),
    catalog: createLiveCatalog({
      get,
      accountId: async () => (await authorizer.headers())['chatgpt-account-id'] ?? '',
      baseURL,
      clientVersion,
      runtime,
      cache: modelCache,
      logger: inLayer('CODEX', logger),
    }),
    usage: createUsage(get, identity),
  };
}
