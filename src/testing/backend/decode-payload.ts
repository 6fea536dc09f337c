import { decompress } from 'fzstd';
import type { Payload } from './backend-request';

/** The JSON inside a request body, whose `content-encoding` may be none or zstd. */
export function decodePayload(bytes: Uint8Array, encoding: string | undefined): Payload {
  if (encoding !== undefined && encoding !== 'identity' && encoding !== 'zstd') {
    return { kind: 'unsupported-encoding', encoding };
  }
  try {
    const plain = encoding === 'zstd' ? decompress(bytes) : bytes;
    return { kind: 'json', value: JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(plain)) };
  } catch {
    return { kind: 'invalid' };
  }
}
