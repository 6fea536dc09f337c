const STREAM = { stream: true };

/**
 * Bytes to text, piece by piece, with characters that lie across two pieces kept whole. Node's decoder takes several times
 * as long in stream mode, which pieces of plain ASCII can do without; for other text it is the faster one.
 */
export class Utf8Decoder {
  private readonly whole = new TextDecoder('utf-8', { ignoreBOM: true });
  private readonly stream = new TextDecoder('utf-8', { ignoreBOM: true });
  /** The last piece was ASCII: nothing of it is held back, and the next one is likely to be ASCII, too. */
  private isPlain = true;
  private isFirst = true;

  decode(bytes: Uint8Array): string {
    if (bytes.length === 0) return '';
    // A piece that ends with an ASCII character ends between characters, whatever else is in it.
    const endsWhole = (bytes[bytes.length - 1] ?? 0) < 0x80;
    const text = this.isPlain && endsWhole ? this.whole.decode(bytes) : this.stream.decode(bytes, STREAM);
    this.isPlain = endsWhole && text.length === bytes.length;
    return this.isFirst ? this.withoutMark(text) : text;
  }

  /** What is left when no more bytes come: a character cut in two shows as U+FFFD. */
  end(): string {
    return this.stream.decode();
  }

  /** A byte order mark is one only at the very beginning. */
  private withoutMark(text: string): string {
    this.isFirst = text === '';
    return text.startsWith('\uFEFF') ? text.slice(1) : text;
  }
}
