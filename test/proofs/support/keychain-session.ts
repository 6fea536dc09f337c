import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** `unlocked` and `locked` begin a desktop session of their own; `none` is a server: no D-Bus, no keychain. */
export type KeychainState = 'unlocked' | 'locked' | 'none';

const START: Record<Exclude<KeychainState, 'none'>, string> = {
  unlocked: 'printf password | gnome-keyring-daemon --unlock --foreground --components=secrets >/dev/null 2>&1 &',
  locked: 'gnome-keyring-daemon --start --foreground --components=secrets >/dev/null 2>&1 &',
};

// It owns its name before it answers. Asked sooner, the bus would start a second daemon.
const ASK = 'dbus-send --session --print-reply';
const ANSWERS = `
  ${ASK} --dest=org.freedesktop.DBus / org.freedesktop.DBus.NameHasOwner string:org.freedesktop.secrets 2>/dev/null |
    grep -q 'boolean true' &&
  ${ASK} --dest=org.freedesktop.secrets /org/freedesktop/secrets \\
    org.freedesktop.Secret.Service.ReadAlias string:default >/dev/null 2>&1`;

/** Runs its arguments while the daemon runs, whose number they find in `KEYCHAIN_PID`; none is left after that. */
const session = (state: keyof typeof START) => `
${START[state]}
export KEYCHAIN_PID=$!
trap 'kill -CONT $KEYCHAIN_PID; kill $KEYCHAIN_PID; wait $KEYCHAIN_PID' EXIT
tries=0
until ${ANSWERS}; do
  tries=$((tries + 1))
  if [ $tries -ge 300 ]; then echo 'gnome-keyring-daemon does not answer.' >&2; exit 1; fi
  sleep 0.1
done
"$@"`;

/** Runs a program of Node with gnome-keyring, whose keychain is below `home`; gives what the program printed, as JSON. */
export async function withKeychain(home: string, state: KeychainState, args: readonly string[]) {
  const runtime = join(home, 'runtime');
  await mkdir(runtime, { recursive: true, mode: 0o700 });
  // No display: nobody is there to be asked for a password.
  const env = { PATH: process.env.PATH, HOME: home, XDG_DATA_HOME: join(home, 'data'), XDG_RUNTIME_DIR: runtime };
  const command = [process.execPath, ...args] as const;
  const [program, ...rest] =
    state === 'none' ? command : (['dbus-run-session', '--', 'sh', '-c', session(state), 'sh', ...command] as const);
  const { stdout } = await run(program, rest, { env }).catch((error) => {
    if (error.code !== 'ENOENT') throw error;
    throw new Error('This proof needs dbus-run-session and gnome-keyring-daemon (Debian: dbus, gnome-keyring).');
  });
  return JSON.parse(stdout.slice(stdout.lastIndexOf('\n') + 1));
}
