/** Names of the lines of an event stream; a comment has none. */
const FIELDS = ['data', 'event', 'id', 'retry', ''].map((name) => `${name}:`);
const MAX_LENGTH = 64 * 1024;

/** Holds the beginning of an answer until it is known to be an event stream: if it is none, it says what went wrong. */
export class FirstBytes {
  private readonly decoder = new TextDecoder();
  private text = '';

  push(bytes: Uint8Array): void {
    if (this.text.length < MAX_LENGTH) this.text += this.decoder.decode(bytes, { stream: true });
  }

  /** At the end of a stream without an event: what came in its place, if it was something else. */
  get foreign(): string | undefined {
    const [line = ''] = this.text.trimStart().split(/[\r\n]/, 1);
    // Cut within its first frame it was a stream all the same.
    const isStream = FIELDS.some((field) => line.startsWith(field) || field.startsWith(line));
    return isStream ? undefined : this.text.slice(0, MAX_LENGTH);
  }
}
