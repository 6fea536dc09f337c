import { isSet } from '../shared/is-set';
import type { Terminal } from './terminal';

export type Way = 'browser' | 'device' | 'paste';

/** How to log in. `reason` is a clause, and is there when nobody asked for this way. */
export interface Choice {
  way: Way;
  reason?: string;
}

/**
 * The way that was asked for; else the browser, unless the one that could be opened here is not where the person is.
 */
export function chooseWay(
  asked: Way | undefined,
  surroundings: Pick<Terminal, 'env' | 'platform' | 'isContainer'>,
): Choice {
  if (asked) return { way: asked };
  const reason = whyNoBrowser(surroundings);
  return reason ? { way: 'device', reason } : { way: 'browser' };
}

function whyNoBrowser({ env, platform, isContainer }: Pick<Terminal, 'env' | 'platform' | 'isContainer'>) {
  if (env.SSH_CONNECTION || env.SSH_TTY) return 'this is an SSH session';
  if (isSet(env.CI)) return 'this runs in CI';
  if (platform !== 'linux' || env.DISPLAY || env.WAYLAND_DISPLAY) return undefined;
  if (isContainer()) return 'this container has no display';
  // Windows Subsystem for Linux opens the browser of Windows.
  if (env.WSL_DISTRO_NAME || env.WSL_INTEROP) return undefined;
  return 'this machine has no display';
}
