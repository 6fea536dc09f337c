import type { Context } from './context';
import { formatStatus, toPrintable } from './describe-status';
import { type AuthStore, openStore, statusOf } from './services';
import { plainName, toJson } from './text';

export interface StatusArguments {
  profile: string;
  all: boolean;
  json: boolean;
}

/** `status`: what is stored, asked of nobody but the store. 0: the login can be used; 1: it cannot. */
export async function runStatus({ profile, all, json }: StatusArguments, context: Context): Promise<number> {
  const authStore = openStore(context);
  const status = await statusOf(context, authStore, profile);
  const profiles = await profilesOf(authStore, context);
  const others = profiles.filter((name) => name !== profile);
  const rest = all ? await Promise.all(others.map((name) => statusOf(context, authStore, name))) : [];
  const { stdout } = context.terminal;
  if (json) {
    stdout.write(`${toJson({ ...toPrintable(status), profiles, ...(all && { others: rest.map(toPrintable) }) })}\n`);
  } else {
    const parts = [status, ...rest].map((one) => formatStatus(one, context));
    if (!all && others.length > 0) parts.push(`Other profiles: ${others.map(plainName).join(', ')}`);
    stdout.write(`${parts.join('\n\n')}\n`);
  }
  return status.state === 'logged_in' ? 0 : 1;
}

/** A store that cannot be listed cannot be read either, which the status says. */
async function profilesOf(authStore: AuthStore, { logger }: Context): Promise<string[]> {
  return authStore.profiles().catch((error: unknown) => {
    logger.debug('The profiles could not be listed.', { reason: error instanceof Error ? error.message : 'unknown' });
    return [];
  });
}
