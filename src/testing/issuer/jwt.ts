import { createHmac, timingSafeEqual } from 'node:crypto';
import { asRecord, type JSONObject, parseJson } from '../../shared/json';

/** A JSON Web Token over `payload`, signed with HS256. */
export function signJwt(payload: JSONObject, key: Uint8Array): string {
  const signed = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(payload)}`;
  return `${signed}.${signature(signed, key).toString('base64url')}`;
}

/** The payload of a token that was signed with `key`; undefined for everything else. */
export function verifyJwt(token: string, key: Uint8Array): Record<string, unknown> | undefined {
  const [header, payload, mac, ...rest] = token.split('.');
  if (header === undefined || payload === undefined || mac === undefined || rest.length > 0) return undefined;
  const expected = signature(`${header}.${payload}`, key);
  const actual = Buffer.from(mac, 'base64url');
  if (actual.length !== expected.length || !timingSafeEqual(actual, expected)) return undefined;
  return asRecord(parseJson(Buffer.from(payload, 'base64url').toString('utf8')));
}

function encode(value: JSONObject): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function signature(signed: string, key: Uint8Array): Buffer {
  return createHmac('sha256', key).update(signed).digest();
}
