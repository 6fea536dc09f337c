import type { Context } from './context';
import { nameOf } from './describe-status';
import { foreignSource, logOut, openStore, statusOf } from './services';
import { widthOf } from './terminal';
import { plain, plainName, wrap } from './text';

const ELSEWHERE = {
  environment:
    'This login comes from the environment variable CODEX_ACCESS_TOKEN, which cannot be changed from here: unset it.',
  'codex-cli': 'This login belongs to the Codex CLI: log out with `codex logout`.',
} as const;

/** `logout`: deletes a login of ours, and has the issuer revoke it. */
export async function runLogout({ profile }: { profile: string }, context: Context): Promise<number> {
  const { terminal, screen } = context;
  const authStore = openStore(context);
  const source = await foreignSource(context, authStore, profile);
  if (source) {
    screen.paragraph(ELSEWHERE[source]);
    return 1;
  }
  const status = await statusOf(context, authStore, profile);
  if (status.state === 'not_logged_in') {
    terminal.stdout.write(`Nobody is logged in as profile ${plainName(profile)}.\n`);
    return 0;
  }
  const stopWaiting = screen.wait('Logging out');
  const isRevoked = await logOut(context, authStore, profile).finally(stopWaiting);
  const name =
    status.state === 'invalid' ? `what was stored as profile ${plainName(profile)}` : `the login of ${nameOf(status)}`;
  const place = status.location ? `It was stored in ${plain(status.location)}\n` : '';
  const revocation = isRevoked
    ? 'Its tokens were revoked.'
    : 'Its tokens were not revoked (it was not made here, or the issuer did not answer); they end by themselves.';
  const width = widthOf(terminal.stdout);
  terminal.stdout.write(`${wrap(`Deleted ${name}. ${revocation}`, width)}\n${place}`);
  return 0;
}
