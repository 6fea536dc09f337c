import type { IncomingMessage, ServerResponse } from 'node:http';
import { modelFamily } from '../../catalog/model-info';
import { asString } from '../../shared/json';
import { BodyTooLargeError, breakOff, flatHeaders, lowerCaseNames, readBody } from '../http';
import { type CodexReply, resolveReply, type ScriptedReply } from '../script';
import type { TokenRegistry } from '../token-registry';
import { answerGet, type GetContext, getEndpoint } from './answer-get';
import { type BackendRequest, backendRequest } from './backend-request';
import { decodePayload } from './decode-payload';
import { type EmulatorModel, ModelDirectory } from './model-directory';
import { rateLimitHeaders } from './rate-limits';
import { ReasoningSeals, type SealOwner } from './reasoning-seals';
import { bearerOf, type OpenRecord } from './recorded-request';
import { detail } from './refusal';
import { type RenderContext, renderReply, tokens } from './render-reply';
import { firstRefusal, RULES } from './rules';
import { type Sleep, sendBody, sendEvents } from './send-reply';
import { TURN_STATE_HEADER, TurnStates } from './turn-states';
import type { Violation } from './violations';

/** What the backend half of the emulator needs from the rest. */
interface BackendOptions extends Omit<GetContext, 'etag'> {
  registry: TokenRegistry;
  sleep: Sleep;
  randomBytes(length: number): Uint8Array;
  models?: readonly (string | EmulatorModel)[];
  strictItemKeys?: boolean;
  /** The next scripted answer; called once for each accepted request. */
  nextReply(): CodexReply;
  onViolation(violation: Violation): void;
}

const MAX_BODY_BYTES = 64 * 1024 * 1024;

/** The Responses backend: refuses what the real one refuses, and answers the rest by the script. */
export class Backend {
  private readonly models: ModelDirectory;
  private readonly seals: ReasoningSeals;
  private readonly turns: TurnStates;
  private readonly etag: string;
  private ids = 0;

  constructor(private readonly options: BackendOptions) {
    this.models = new ModelDirectory(options.models);
    this.seals = new ReasoningSeals(options.randomBytes);
    this.turns = new TurnStates(options.randomBytes);
    this.etag = `"${Buffer.from(options.randomBytes(9)).toString('base64url')}"`;
  }

  /** Answers one request below `/backend-api`, and settles its record. */
  async handle(request: IncomingMessage, response: ServerResponse, record: OpenRecord): Promise<void> {
    const bytes = await bodyOf(request);
    if (!bytes) return this.send(response, record, detail(413, 'Request Entity Too Large'));
    const headers = flatHeaders(request);
    const payload = decodePayload(bytes, headers['content-encoding']);
    if (payload.kind === 'json') record.body = payload.value;
    const token = this.options.registry.checkAccessToken(bearerOf(headers.authorization));
    if (token.ok) record.planType = token.planType;
    const seen = backendRequest({
      method: record.method,
      path: record.path,
      query: record.query,
      headers,
      token,
      payload,
      models: this.models,
      opensFor: (sealed, owner) => this.seals.opensFor(sealed, owner),
      strictItemKeys: this.options.strictItemKeys ?? false,
    });
    const endpoint = getEndpoint(seen);
    const broken = firstRefusal(seen, endpoint?.rules ?? RULES);
    if (broken) {
      record.refusedBy = broken.rule.number;
      return this.send(response, record, { ...broken.refusal });
    }
    if (!endpoint) return this.answer(seen, response, record);
    const answer = await answerGet(endpoint, { seen, response, record }, { ...this.options, etag: this.etag });
    if (answer) this.send(response, record, answer);
  }

  private async answer(seen: BackendRequest, response: ServerResponse, record: OpenRecord): Promise<void> {
    const reply = await resolveReply(this.options.nextReply(), record);
    if (reply.dropConnection) return breakOff(response, 'destroyed');
    const status = reply.status ?? 200;
    const headers = this.headersOf(reply, status, seen);
    if (reply.body !== undefined || status >= 400) {
      return this.send(response, record, { status, body: reply.body ?? '', headers });
    }
    record.status = status;
    const events = reply.events ?? renderReply(reply, this.renderContext(seen));
    const watched = this.seals.watch(events, ownerOf(seen));
    await sendEvents(response, watched, reply, { ...this.requestId(), ...headers }, this.options.sleep);
  }

  private send(
    response: ServerResponse,
    record: OpenRecord,
    answer: { status: number; body: unknown; headers?: Record<string, string> },
  ): void {
    record.status = answer.status;
    sendBody(response, { ...answer, headers: { ...this.requestId(), ...answer.headers } });
  }

  /** What an answer tells about limits, models and the turn; the script has the last word. */
  private headersOf(reply: ScriptedReply, status: number, seen: BackendRequest): Record<string, string> {
    const own = lowerCaseNames(reply.headers);
    const { token } = seen;
    if (!token.ok) return own;
    const { state, violation, sent } = this.turns.observe({
      accountId: token.accountId,
      input: seen.input,
      echoed: seen.headers[TURN_STATE_HEADER],
      path: seen.path,
    });
    if (violation) this.options.onViolation(violation);
    const limits = reply.rateLimits ?? this.options.rateLimits();
    const headers: Record<string, string> = {
      ...((status < 300 || status === 429) &&
        rateLimitHeaders(limits, { now: this.options.now(), planType: token.planType })),
      ...(status < 300 && { [TURN_STATE_HEADER]: state, 'x-models-etag': this.etag }),
      ...own,
    };
    const carried = headers[TURN_STATE_HEADER];
    if (status < 300 && carried) sent(carried);
    return headers;
  }

  private renderContext(seen: BackendRequest): RenderContext {
    const { body } = seen;
    const model = asString(body.model) ?? '';
    const include = Array.isArray(body.include) ? body.include : [];
    const sealed = include.includes('reasoning.encrypted_content');
    const summary = (body.reasoning as { summary?: unknown } | null | undefined)?.summary ?? undefined;
    return {
      model,
      createdAt: Math.floor(this.options.now() / 1000),
      inputTokens: tokens(JSON.stringify([body.instructions, body.input, body.tools])),
      wantsSummary: summary !== undefined,
      seal: () => (sealed ? this.seals.mint(ownerOf(seen)) : undefined),
      id: (prefix: string) => this.nextId(prefix),
    };
  }

  private requestId(): Record<string, string> {
    return { 'x-request-id': this.nextId('req') };
  }

  private nextId(prefix: string): string {
    this.ids += 1;
    return `${prefix}_${String(this.ids).padStart(12, '0')}`;
  }
}

/** Undefined when it is too large. */
function bodyOf(request: IncomingMessage): Promise<Buffer | undefined> {
  return readBody(request, MAX_BODY_BYTES).catch((error) => {
    if (error instanceof BodyTooLargeError) return undefined;
    throw error;
  });
}

function ownerOf({ token, body }: BackendRequest): SealOwner {
  return { accountId: token.ok ? token.accountId : '', family: modelFamily(asString(body.model) ?? '') };
}
