import { findHomeFolder } from '../../shared/node/home-folder';
import type { Terminal } from '../terminal';

const EMAIL = /([\p{L}\p{N}])[\p{L}\p{N}._%+-]*@((?=[\p{L}\p{N}])[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)*)/gu;
/** Where homes are, of others, and ours where the environment calls it otherwise. */
const HOMES =
  /((?:^|[\s"'`(=:])(?:file:\/\/)?(?:\/mnt\/[A-Za-z]|\/[A-Za-z](?=\/Users))?\/(?:home|Users)\/|(?:file:\/\/\/)?\b[A-Za-z]:[\\/]+Users[\\/]+)/;
/** Up to the next separator; a name of Windows may have spaces in it. */
const NAME = /(?:[^\s/\\"'`)]+(?: [^\s/\\"'`)]+)*(?=[/\\])|[^\s/\\"'`)]+)/;
const SOMEBODYS_HOME = new RegExp(HOMES.source + NAME.source, 'g');
const SHOWN_OF_ID = 6;

/** What makes a text fit for others to read: no full address of a person, no full id of an account, no name of a home. */
export function createMask({ env }: Pick<Terminal, 'env'>): Mask {
  const homes = [env.HOME, env.USERPROFILE, findHomeFolder()]
    .filter((home): home is string => home !== undefined && home.replace(/[/\\]+$/, '').length > 1)
    .sort((one, other) => other.length - one.length);
  return new Mask(homes);
}

export class Mask {
  readonly #ids = new Set<string>();
  readonly #homes: readonly RegExp[];

  constructor(homes: readonly string[]) {
    this.#homes = homes.map(asWholePath);
  }

  /** Ids of accounts and people that must not appear whole. */
  learn(...ids: readonly (string | undefined)[]): void {
    for (const id of ids) if (id && id.length > SHOWN_OF_ID) this.#ids.add(id);
  }

  apply(text: string): string {
    let masked = text;
    for (const home of this.#homes) masked = masked.replace(home, '~');
    for (const id of this.#ids) masked = masked.replaceAll(id, shortened(id));
    return masked.replace(SOMEBODYS_HOME, '$1...').replace(EMAIL, shortenedEmail);
  }
}

/** `/root` is a home, and neither `/rootless` nor `/srv/root`. */
function asWholePath(home: string): RegExp {
  const path = home.replace(/[/\\]+$/, '').replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  return new RegExp(`(?:(?<=file://)|(?<![\\p{L}\\p{N}._~/\\\\-]))${path}(?![\\p{L}\\p{N}_-]|\\.[\\p{L}\\p{N}])`, 'gu');
}

/** Many hosts of companies have no dot in their name. */
function shortenedEmail(_email: string, name: string, host: string): string {
  const [, top = ''] = /(\.\p{L}{2,})$/u.exec(host) ?? [];
  return `${name}...@${host.slice(0, 1)}...${top}`;
}

function shortened(id: string): string {
  return `${id.slice(0, SHOWN_OF_ID)}...`;
}
