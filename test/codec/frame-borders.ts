const TERMINAL = new Set(['response.completed', 'response.done', 'response.incomplete', 'response.failed', 'error']);

/** Where the events of a stream lie, in bytes. Read line by line, apart from the decoder that is tested with it. */
export interface FrameBorders {
  /** Behind the data of every frame, and behind the blank line after it. */
  borders: number[];
  /** Behind the data of the first terminal event; infinite when there is none. */
  terminal: number;
}

export function readFrameBorders(bytes: Uint8Array): FrameBorders {
  // One character a byte, so that places in the text are places in the bytes.
  const text = Buffer.from(bytes).toString('latin1').replace('\u00EF\u00BB\u00BF', '   ');
  const borders = new Set<number>();
  let terminal = Number.POSITIVE_INFINITY;
  let data: string[] = [];
  let name: string | undefined;
  let dataEnd = 0;
  const close = (end: number) => {
    if (data.length > 0 && TERMINAL.has(typeOf(data.join('\n'), name) ?? '')) terminal = Math.min(terminal, dataEnd);
    if (data.length > 0) borders.add(dataEnd).add(end);
    data = [];
    name = undefined;
  };
  for (const line of text.matchAll(/(.*?)(\r\n|\r|\n|$)/gs)) {
    const [whole, content = ''] = line;
    const field = /^\s*(data|event): ?(.*)$/s.exec(content);
    if (field?.[1] === 'data') {
      data.push(field[2] ?? '');
      dataEnd = line.index + content.trimEnd().length;
    }
    if (field?.[1] === 'event') name = field[2];
    if (content.trim() === '') close(line.index + whole.length);
  }
  return { borders: [...borders].filter((end) => end <= bytes.length), terminal };
}

function typeOf(data: string, name: string | undefined): string | undefined {
  try {
    const { type } = JSON.parse(data);
    return typeof type === 'string' ? type : name;
  } catch {
    return undefined;
  }
}
