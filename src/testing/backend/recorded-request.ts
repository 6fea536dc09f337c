import { redact } from '../../shared/secret';

/** How an exchange came to its end. */
type Outcome = 'complete' | 'aborted' | 'cut';

/** One request as it arrived. Tokens are masked; what a test must know of them is not enumerable, so that it never prints. */
export interface RecordedRequest {
  readonly method: string;
  /** Without the query; of a request line that could not be read, all of it. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** Lower-case names. Authorizations and cookies are masked. */
  readonly headers: Readonly<Record<string, string>>;
  /** The decoded JSON of a backend request; undefined when there was none or it could not be read. */
  readonly body: unknown;
  /** Virtual time of arrival, in epoch milliseconds. */
  readonly receivedAt: number;
  /** Status of the answer, once there is one. */
  readonly status: number | undefined;
  /** Plan of the account that asked; undefined without a good token, and at the issuer. */
  readonly planType: string | undefined;
  /** Number of the rule that refused it. */
  readonly refusedBy: number | undefined;
  /** The client left before the answer was complete. */
  readonly aborted: boolean;
  /** The bearer token as sent. Not enumerable. */
  readonly bearer: string | undefined;
  /** Settles when the exchange is over: `aborted` when the client left first, `cut` when the script did. Not enumerable. */
  readonly closed: Promise<Outcome>;
}

/** The emulator's own view of a {@link RecordedRequest}: the fields that fill up while it is answered. */
export type OpenRecord = { -readonly [Key in keyof RecordedRequest]: RecordedRequest[Key] } & {
  /** The first call counts. */
  close(outcome: Outcome): void;
};

const AUTHORIZATIONS = new Set(['authorization', 'proxy-authorization']);
const COOKIES = new Set(['cookie', 'set-cookie']);
const MASKED_QUERY = new Set(['code', 'state', 'code_verifier', 'id_token', 'token']);

/** Starts the record of one request. `close` settles it. */
export function openRecord(request: {
  method: string;
  /** As it came. */
  target: string;
  /** Undefined when the request line could not be read. */
  url: URL | undefined;
  /** Lower-case names. */
  headers: Record<string, string>;
  receivedAt: number;
}): OpenRecord {
  const { promise, resolve } = deferred<Outcome>();
  const record = {
    method: request.method,
    path: request.url?.pathname ?? redact(request.target),
    query: Object.fromEntries(
      [...(request.url?.searchParams ?? [])].map(([name, value]) => [name, maskQuery(name, value)]),
    ),
    headers: maskHeaders(request.headers),
    body: undefined,
    receivedAt: request.receivedAt,
    status: undefined,
    planType: undefined,
    refusedBy: undefined,
    aborted: false,
  } as unknown as OpenRecord;
  hide(record, 'bearer', bearerOf(request.headers.authorization));
  hide(record, 'closed', promise);
  let open = true;
  hide(record, 'close', (outcome: Outcome) => {
    if (open) record.aborted = outcome === 'aborted';
    open = false;
    resolve(outcome);
  });
  return record;
}

/** The token of an `Authorization: Bearer` header. */
export function bearerOf(authorization: string | undefined): string | undefined {
  return /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
}

function maskHeaders(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => {
      // The scheme stays; a digest has many words after it.
      if (AUTHORIZATIONS.has(name)) return [name, value.replace(/^(\S+\s+)?\S.*$/, '$1[redacted]')];
      return [name, COOKIES.has(name) ? '[redacted]' : redact(value)];
    }),
  );
}

function maskQuery(name: string, value: string): string {
  return MASKED_QUERY.has(name) ? '[redacted]' : redact(value);
}

function hide(target: object, name: string, value: unknown): void {
  Object.defineProperty(target, name, { value, enumerable: false });
}

function deferred<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve!: (value: T) => void;
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
