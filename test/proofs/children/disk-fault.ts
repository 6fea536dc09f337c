import { execFileSync } from 'node:child_process';
import { chmod, chown, lstat, mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openFileStore } from '../../../src/stores/node/file-store';

// Runs in a mount namespace of its own, as root, so that nothing of this is left: `disk-fault.ts SCENARIO FOLDER`. Prints
// what became of an update as JSON.
const [scenario = '', folder = ''] = process.argv.slice(2);
const NOBODY = 65_534;
const path = join(folder, 'auth.json');
const store = openFileStore(path);

const login = (name: string, length = 0) => ({
  accessToken: `access-${name}`,
  refreshToken: `refresh-${name}`.padEnd(length, 'x'),
});
const save = (name: string) => store.update('default', async () => login(name));
const mount = (...args: string[]) => execFileSync('mount', args, { stdio: ['ignore', 'ignore', 'inherit'] });

function mountSmallDisk() {
  mount('-t', 'tmpfs', '-o', 'size=128k', 'tmpfs', folder);
}

async function fillDisk() {
  for (let file = 0; ; file++) {
    try {
      await writeFile(join(folder, `filler-${file}`), Buffer.alloc(4096));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return;
      throw error;
    }
  }
}

function becomeNobody() {
  process.setgroups?.([]);
  process.setgid?.(NOBODY);
  process.setuid?.(NOBODY);
}

async function giveToNobody(...paths: string[]) {
  for (const given of paths) await chown(given, NOBODY, NOBODY);
}

/** Each makes the trouble, and may give what is to happen while the change runs. */
const scenarios: Record<string, () => Promise<void | (() => Promise<void>)>> = {
  async 'full before'() {
    mountSmallDisk();
    await save('old');
    await fillDisk();
  },
  async 'full during the change'() {
    mountSmallDisk();
    await save('old');
    return fillDisk;
  },
  async 'read-only disk'() {
    mountSmallDisk();
    await save('old');
    mount('-o', 'remount,ro', folder);
  },
  async 'read-only folder'() {
    await save('old');
    await giveToNobody(path, `${path}.lock`, folder);
    await chmod(folder, 0o500);
    becomeNobody();
  },
  async 'folder of another user'() {
    await save('old');
    await giveToNobody(path, `${path}.lock`);
    await chmod(folder, 0o755);
    becomeNobody();
  },
  async 'single file mount'() {
    await save('old');
    const real = join(folder, 'real.json');
    await writeFile(real, await readFile(path), { mode: 0o600 });
    mount('--bind', real, path);
  },
  async 'file of another user'() {
    await save('old');
    await giveToNobody(path);
  },
  async 'file of root'() {
    await save('old');
    await chmod(path, 0o644);
    await giveToNobody(folder, `${path}.lock`);
    becomeNobody();
  },
  async fifo() {
    execFileSync('mkfifo', [path]);
  },
  async folder() {
    await mkdir(path);
  },
  async device() {
    await symlink('/dev/zero', path);
  },
  async 'wide modes behind a link'() {
    const target = join(folder, 'target.json');
    await writeFile(target, JSON.stringify({ version: 1, profiles: { default: login('old') } }));
    await symlink('target.json', path);
    await chmod(target, 0o644);
    await giveToNobody(target, folder);
    becomeNobody();
  },
};

const during = await scenarios[scenario]?.();
let changed = false;
const outcome = await store
  .update('default', async () => {
    changed = true;
    await during?.();
    return login('new', 12_000);
  })
  .then(
    () => 'stored',
    (error) => ({ name: error.name, code: error.code, message: error.message }),
  );
const stored = await store.read('default').then(
  (record) => `${record?.accessToken} ${record?.refreshToken?.replace(/x+$/, '')}`,
  (error) => error.code,
);
const isLink = await lstat(path).then((stats) => stats.isSymbolicLink());
const mode = await stat(path).then((stats) => (stats.mode & 0o777).toString(8));
process.stdout.write(JSON.stringify({ changed, outcome, stored, isLink, mode }));
