import { createRuntime } from '../../shared/runtime';

const { now } = createRuntime();

/** `name` and the time in UTC, in characters that every file system takes; counted on where that name `isTaken`. */
export async function nameForDamaged(name: string, isTaken: (candidate: string) => Promise<boolean>): Promise<string> {
  const dated = `${name}.corrupt-${new Date(now()).toISOString().replaceAll(':', '-')}`;
  for (let count = 1; ; count++) {
    const candidate = count === 1 ? dated : `${dated}-${count}`;
    if (!(await isTaken(candidate))) return candidate;
  }
}
