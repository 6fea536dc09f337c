/** Names of the lines of an event stream; a comment has none. */
const FIELDS = ['data', 'event', 'id', 'retry', ''].map((name) => `${name}:`);
/** A line that only an event stream has, even behind a first one of a field that nobody knows. */
const FRAME = /^(?:data|event):/m;
const MAX_LENGTH = 64 * 1024;

/** Holds the beginning of an answer until it is known to be an event stream: if it is none, it says what went wrong. */
export class FirstBytes {
  private readonly decoder = new TextDecoder();
  private text = '';

  push(bytes: Uint8Array): void {
    if (this.text.length < MAX_LENGTH) this.text += this.decoder.decode(bytes, { stream: true });
  }

  /** No more of it is kept. */
  get isFull(): boolean {
    return this.text.length >= MAX_LENGTH;
  }

  /** Of an answer without an event so far, at its end or when this is full: what came in its place, if it is something else. */
  get foreign(): string | undefined {
    const start = this.text.trimStart();
    const [line = ''] = start.split(/[\r\n]/, 1);
    // Cut within its first frame it was a stream all the same.
    const isStream = FIELDS.some((field) => line.startsWith(field) || field.startsWith(line));
    return isStream || (!start.startsWith('<') && FRAME.test(start)) ? undefined : this.text.slice(0, MAX_LENGTH);
  }
}
