import { randomBytes } from 'node:crypto';
import { asRecord, parseJson } from '../../shared/json';
import type { Replacement } from './document-store';
import type { Keyring } from './keyring';
import { nameForDamaged } from './set-aside';

// One text in a keychain. `logins` is the head: the text itself or, where an entry cannot hold that much, `parts`, a
// generation and a count, while the text stands in `logins:GENERATION:0` and so on. Every writer makes a generation of its
// own and switches the head at last, so that a crash leaves the old text or the new one. `logins:pending` names the
// generations that a writer has to clean up; the next writer does it for one that died.
const HEAD = 'logins';
const PENDING = `${HEAD}:pending`;
const PARTS = /^parts ([0-9a-f]{16}) ([1-9]\d*)$/;

/** A reader may meet the moment in which the head switches and the old parts go. */
const READ_ATTEMPTS = 5;

/** The text; undefined when there is none. Of a text that has lost a part, the head, which is no document at all. */
export async function readDocument(keyring: Keyring): Promise<string | undefined> {
  for (let attempt = 1; ; attempt++) {
    const head = await keyring.get(HEAD);
    const parts = partsOf(head);
    if (parts === undefined) return head;
    const texts = [];
    for (let index = 0; index < parts.count; index++) texts.push(await keyring.get(partName(parts.generation, index)));
    if (!texts.includes(undefined)) return texts.join('');
    if (attempt === READ_ATTEMPTS) return head;
  }
}

/**
 * Proves that the keychain takes entries, by one that is read back.
 *
 * @param limit Characters that one entry can hold.
 */
export async function prepareDocument(keyring: Keyring, limit: number): Promise<Replacement> {
  await cleanUp(keyring);
  const generation = randomBytes(8).toString('hex');
  const current = partsOf(await keyring.get(HEAD))?.generation;
  const pending = await announce(keyring, current === undefined ? [generation] : [generation, current]);

  return {
    async commit(text, mayReplace = async () => {}) {
      const pieces = cut(toAscii(text), limit);
      if (pieces.length > 1) {
        for (const [index, piece] of pieces.entries()) await keyring.set(partName(generation, index), piece);
      }
      await mayReplace();
      await keyring.set(HEAD, pieces.length > 1 ? `parts ${generation} ${pieces.length}` : (pieces[0] ?? ''));
    },
    async setAside(_empty, mayReplace = async () => {}) {
      const isTaken = async (name: string) => (await keyring.get(name)) !== undefined;
      const name = await nameForDamaged(HEAD, isTaken);
      const head = await keyring.get(HEAD);
      await mayReplace();
      await keyring.delete(PENDING); // its parts now belong to the head that is set aside
      if (head !== undefined) await keyring.set(name, head);
      await keyring.delete(HEAD);
      return `the entry "${name}"`;
    },
    async discard() {
      // Best effort: what is left is left to the next writer, and what is pending may be another's by now.
      await cleanUp(keyring, pending).catch(() => {});
    },
  };
}

async function announce(keyring: Keyring, generations: string[]): Promise<string> {
  const pending = JSON.stringify({ generations });
  await keyring.set(PENDING, pending);
  if ((await keyring.get(PENDING)) !== pending) throw new Error('An entry was not read back as it was written.');
  return pending;
}

/** Deletes the parts of generations that are pending and not in use, then the note of them. */
async function cleanUp(keyring: Keyring, onlyFor?: string): Promise<void> {
  const pending = await keyring.get(PENDING);
  if (pending === undefined || (onlyFor !== undefined && pending !== onlyFor)) return;
  const inUse = partsOf(await keyring.get(HEAD))?.generation;
  const { generations } = asRecord(parseJson(pending)) ?? {};
  for (const generation of Array.isArray(generations) ? generations : []) {
    if (typeof generation === 'string' && generation !== inUse) await deleteParts(keyring, generation);
  }
  await keyring.delete(PENDING);
}

/** Last part first: after a crash in the midst, those that are left still begin with the first. */
async function deleteParts(keyring: Keyring, generation: string): Promise<void> {
  let count = 0;
  while ((await keyring.get(partName(generation, count))) !== undefined) count++;
  while (count > 0) await keyring.delete(partName(generation, --count));
}

function partsOf(head: string | undefined): { generation: string; count: number } | undefined {
  const [, generation, count] = head?.match(PARTS) ?? [];
  return generation === undefined ? undefined : { generation, count: Number(count) };
}

function partName(generation: string, index: number): string {
  return `${HEAD}:${generation}:${index}`;
}

/** JSON without characters that a keychain may count or cut differently; they only occur in strings. */
function toAscii(json: string): string {
  return json.replace(/[^\x20-\x7e\n]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function cut(text: string, limit: number): string[] {
  return Array.from({ length: Math.ceil(text.length / limit) }, (_, index) =>
    text.slice(index * limit, (index + 1) * limit),
  );
}
