import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** `unlocked` and `locked` begin a desktop session of their own; `none` is a server: no D-Bus, no keychain. */
export type KeychainState = 'unlocked' | 'locked' | 'none';

const START: Record<Exclude<KeychainState, 'none'>, string> = {
  unlocked: 'printf password | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1',
  locked: 'gnome-keyring-daemon --start --components=secrets >/dev/null 2>&1',
};

/** The daemon goes into the background before it answers on the bus. */
const WAIT = `for _ in $(seq 100); do
  dbus-send --session --print-reply --dest=org.freedesktop.DBus / org.freedesktop.DBus.NameHasOwner string:org.freedesktop.secrets | grep -q 'boolean true' && break
  sleep 0.05
done`;

/** Runs a program of Node with gnome-keyring, whose keychain is below `home`; gives what the program printed, as JSON. */
export async function withKeychain(home: string, state: KeychainState, args: readonly string[]) {
  const runtime = join(home, 'runtime');
  await mkdir(runtime, { recursive: true, mode: 0o700 });
  // No display: nobody is there to be asked for a password.
  const env = { PATH: process.env.PATH, HOME: home, XDG_DATA_HOME: join(home, 'data'), XDG_RUNTIME_DIR: runtime };
  const command = [process.execPath, ...args] as const;
  const session = [
    '--',
    'sh',
    '-c',
    `${state === 'none' ? '' : `${START[state]}; ${WAIT}`}; exec "$@"`,
    'sh',
    ...command,
  ];
  const [program, ...rest] = state === 'none' ? command : (['dbus-run-session', ...session] as const);
  const { stdout } = await run(program, rest, { env }).catch((error) => {
    if (error.code !== 'ENOENT') throw error;
    throw new Error('This proof needs dbus-run-session and gnome-keyring-daemon (Debian: dbus, gnome-keyring).');
  });
  return JSON.parse(stdout.slice(stdout.lastIndexOf('\n') + 1));
}
