import type { ScriptedEvent, StreamFraming } from '../script';

/** One event as server-sent bytes' text, laid out as `framing` says. */
export function frameEvent(event: ScriptedEvent, framing: StreamFraming): string {
  const eol = framing.crlf ? '\r\n' : '\n';
  const data = typeof event === 'string' ? event : JSON.stringify(event);
  const comment = framing.comments ? `: keep the line open${eol}` : '';
  const named = framing.eventLines !== false && typeof event === 'object' && typeof event.type === 'string';
  const name = named ? `event: ${String(event.type)}${eol}` : '';
  const keepalive = framing.keepalive ? `data: {"type":"keepalive"}${eol}${eol}` : '';
  return `${keepalive}${comment}${name}data: ${data}${eol}${eol}`;
}

/** The last frame without the blank line that should close it. */
export function withoutBlankLine(frame: string): string {
  return frame.replace(/\r?\n$/, '');
}

/** Bytes in pieces of `size`, wherever that falls. */
export function* pieces(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}
