import { findHomeFolder } from '../../shared/node/home-folder';
import type { Terminal } from '../terminal';

const EMAIL = /([\p{L}\p{N}])[\p{L}\p{N}._%+-]*@([\p{L}\p{N}])[\p{L}\p{N}-]*((?:\.[\p{L}\p{N}-]+)*)\.([\p{L}]{2,})/gu;
/** Homes of others, and ours where the environment calls it otherwise. */
const SOMEBODYS_HOME = /(^|[\s"'`(=])((?:\/home|\/Users)\/|[A-Za-z]:\\Users\\)[^\s/\\"'`]+/g;
const SHOWN_OF_ID = 6;

/** What makes a text fit for others to read: no full address of a person, no full id of an account, no name of a home. */
export function createMask({ env }: Pick<Terminal, 'env'>): Mask {
  const homes = [env.HOME, env.USERPROFILE, findHomeFolder()]
    .filter((home): home is string => home !== undefined && home.length > 1)
    .sort((one, other) => other.length - one.length);
  return new Mask(homes);
}

export class Mask {
  readonly #ids = new Set<string>();

  constructor(private readonly homes: readonly string[]) {}

  /** Ids of accounts and people that must not appear whole. */
  learn(...ids: readonly (string | undefined)[]): void {
    for (const id of ids) if (id && id.length > SHOWN_OF_ID) this.#ids.add(id);
  }

  apply(text: string): string {
    let masked = text;
    for (const home of this.homes) masked = masked.replaceAll(home.replace(/[/\\]+$/, ''), '~');
    for (const id of this.#ids) masked = masked.replaceAll(id, shortened(id));
    return masked.replace(SOMEBODYS_HOME, '$1$2...').replace(EMAIL, '$1...@$2....$4');
  }
}

function shortened(id: string): string {
  return `${id.slice(0, SHOWN_OF_ID)}...`;
}
