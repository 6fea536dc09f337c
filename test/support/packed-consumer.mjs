/** An app that has installed this package from its tarball, in a temporary folder outside the repository. */
import { execFile } from 'node:child_process';
import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * @param dependencies Names and versions to install beside the package.
 * @returns The folder, and `remove()`, which deletes it.
 */
export async function createConsumer(dependencies) {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'packed-consumer-')));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    const { stdout } = await run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], {
      cwd: root,
    });
    const [{ filename, files }] = JSON.parse(stdout);
    const manifest = { name: 'consumer', private: true, type: 'module', dependencies };
    await writeFile(join(folder, 'package.json'), JSON.stringify(manifest));
    const quiet = ['--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts', '--no-save', '--loglevel=error'];
    await run('npm', ['install', ...quiet, join(folder, filename)], { cwd: folder });
    return { folder, remove, files: files.map(({ path }) => path) };
  } catch (error) {
    await remove();
    throw error;
  }
}
