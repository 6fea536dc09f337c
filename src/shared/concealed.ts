import { maskWhenPrinted } from './masked';

/**
 * The place of a secret in a record: however it is printed, copied or taken apart, what comes out is `[redacted]`, because
 * the secret is not in it. That there was none shows, as `[empty]`: a header without a value explains many a refusal.
 */
export class Concealed {
  readonly #mask: string;

  constructor(secret: string) {
    this.#mask = secret === '' ? '[empty]' : '[redacted]';
    maskWhenPrinted(this, () => this.#mask);
  }

  toString(): string {
    return this.#mask;
  }

  toJSON(): string {
    return this.#mask;
  }
}
