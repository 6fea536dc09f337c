import { posix, win32 } from 'node:path';
import { homeFolder } from '../../shared/node/home-folder';

/** The parts of the machine that decide where our file is. */
export interface PathSurroundings {
  env: Record<string, string | undefined>;
  platform: NodeJS.Platform;
  /** Looked at only where the environment names no folder. */
  readonly home: string;
}

/**
 * Where logins are kept unless a path is given: `auth.json` in `AI_SDK_CODEX_HOME`, else in the folder `ai-sdk-codex` of
 * the user's configuration: `XDG_CONFIG_HOME` or `~/.config`, `~/Library/Application Support`, `%APPDATA%`.
 *
 * @throws {@link AuthStoreError} `unreadable` when a home is needed and there is none.
 */
export function defaultAuthPath(surroundings: PathSurroundings = thisMachine()): string {
  const { env, platform } = surroundings;
  const { join, resolve } = platform === 'win32' ? win32 : posix;
  return env.AI_SDK_CODEX_HOME
    ? resolve(env.AI_SDK_CODEX_HOME, 'auth.json')
    : join(configFolder(surroundings), 'ai-sdk-codex', 'auth.json');
}

function configFolder(surroundings: PathSurroundings): string {
  const { env, platform } = surroundings;
  if (platform === 'win32') {
    const { APPDATA = '' } = env;
    return win32.isAbsolute(APPDATA) ? APPDATA : win32.join(surroundings.home, 'AppData', 'Roaming');
  }
  if (platform === 'darwin') return posix.join(surroundings.home, 'Library', 'Application Support');
  const xdg = env.XDG_CONFIG_HOME;
  // The XDG specification: a relative path is invalid and to be ignored.
  return xdg && posix.isAbsolute(xdg) ? xdg : posix.join(surroundings.home, '.config');
}

function thisMachine(): PathSurroundings {
  return {
    env: process.env,
    platform: process.platform,
    get home() {
      return homeFolder('Set AI_SDK_CODEX_HOME to the folder in which logins are to be kept.');
    },
  };
}
