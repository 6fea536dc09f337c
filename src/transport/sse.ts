import { createParser } from 'eventsource-parser';
import type { ResponseEvent } from '../codec/response/response-event';
import type { EventSink } from './transport';
import { Utf8Decoder } from './utf8';

/** In characters. Images come as text, in events of several million; what is longer would fill the memory. */
const LONGEST_EVENT = 64 * 1024 * 1024;

export interface SseDecoder {
  /** An event of {@link LONGEST_EVENT} began: it was reported as invalid, and whatever follows it is lost. */
  readonly isTooLong: boolean;
  push(bytes: Uint8Array): void;
  /** The stream is over: a last frame without its blank line still counts. */
  end(): void;
}

/**
 * Bytes of an event stream to events. The `event:` line is only a fallback for data without a `type`: the backend was seen
 * without such lines, and without a content type. Split UTF-8 characters, CRLF and comments are the parser's work.
 */
export function createSseDecoder(sink: EventSink, maxBufferSize = LONGEST_EVENT): SseDecoder {
  const text = new Utf8Decoder();
  let target = sink;
  let isTooLong = false;
  const parser = createParser({
    maxBufferSize,
    onEvent: ({ data, event }) => decode(data, event, target),
    onError: ({ type }) => {
      if (type !== 'max-buffer-size-exceeded') return;
      isTooLong = true;
      target.invalid(`(an event of more than ${maxBufferSize} characters)`);
    },
  });
  return {
    get isTooLong() {
      return isTooLong;
    },
    push(bytes) {
      if (!isTooLong) parser.feed(text.decode(bytes));
    },
    end() {
      if (isTooLong) return;
      // A frame cut in two is no bad frame: that the stream ended says it all.
      target = { event: sink.event, invalid: () => {} };
      parser.feed(`${text.end()}\n\n`);
    },
  };
}

function decode(data: string, name: string | undefined, sink: EventSink): void {
  let event: ResponseEvent | null;
  try {
    event = JSON.parse(data);
  } catch {
    // Chat-style servers end their streams with this word.
    if (data.trim() !== '[DONE]') sink.invalid(data);
    return;
  }
  if (typeof event?.type === 'string') sink.event(event);
  else if (typeof event === 'object' && event !== null) decodeUntyped(event, name, sink);
}

/** The `event:` line, or what it holds, tells what it is. */
function decodeUntyped(data: object, name: string | undefined, sink: EventSink): void {
  const { error, detail } = data as { error?: unknown; detail?: unknown };
  const type = (error || detail) && (!name || name === 'message') ? 'error' : name;
  if (type) sink.event({ ...data, type });
}
