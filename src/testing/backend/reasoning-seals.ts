/** For whom an encrypted reasoning was made. */
export interface SealOwner {
  accountId: string;
  family: string;
}

/** Mints encrypted reasoning: opaque to everybody, bound to an account and a model family. */
export class ReasoningSeals {
  private readonly owners = new Map<string, SealOwner>();

  constructor(private readonly randomBytes: (length: number) => Uint8Array) {}

  mint(owner: SealOwner): string {
    const sealed = `gAAAAA${Buffer.from(this.randomBytes(96)).toString('base64url')}`;
    this.owners.set(sealed, owner);
    return sealed;
  }

  /** Undefined for content that was not minted here. */
  ownerOf(sealed: string): SealOwner | undefined {
    return this.owners.get(sealed);
  }
}
