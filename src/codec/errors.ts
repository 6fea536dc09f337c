import { hasMarker, mark } from '../shared/marked-error';

const marker = Symbol.for('ai-sdk-codex.UnsupportedInputError');

/** The prompt holds something that the backend cannot be told; sending the call without it would lose it silently. */
export class UnsupportedInputError extends Error {
  override readonly name = 'UnsupportedInputError';
  /** What is not supported, as a noun phrase. */
  readonly functionality: string;

  constructor(functionality: string) {
    super(`Not supported by the Codex backend: ${functionality}`);
    this.functionality = functionality;
    mark(this, marker);
  }

  static isInstance(error: unknown): error is UnsupportedInputError {
    return hasMarker(error, marker);
  }
}
