import type { CallWarning, CodexCall } from '../codec/call';
import { buildRequestBody } from '../codec/request/build-request-body';
import type { RequestBody } from '../codec/request/request-body';
import { orAbort } from '../shared/abort';
import { randomUuid } from '../shared/runtime';
import { buildHeaders } from './request-headers';
import type { CallEnvironment, CallSettings } from './run-call';
import { accountFingerprint, deriveSessionId } from './session-id';

/** One attempt of a call, ready to be sent. */
export interface PreparedCall {
  body: RequestBody;
  warnings: CallWarning[];
  headers: Record<string, string>;
  accountId: string;
  /** Fingerprint of the account; empty when there is none. */
  account: string;
  sessionId: string;
  lite: boolean;
}

/** Body and headers depend on the account that sends, so they are made anew for every attempt. */
export async function prepareCall(
  call: CodexCall,
  authorization: Record<string, string>,
  environment: CallEnvironment,
  settings: CallSettings,
  withoutReasoning: boolean,
): Promise<PreparedCall> {
  const { runtime, turnStates, originator, clientVersion, defaultInstructions } = environment;
  const accountId = authorization['chatgpt-account-id'] ?? '';
  const account = accountId && (await accountFingerprint(accountId, runtime));
  const sessionId =
    call.options.sessionId ?? settings.historySessionId ?? (await deriveSessionId(call.prompt, accountId, runtime));
  const model = await orAbort(environment.catalog.find(call.modelId, accountId), settings.signal);
  const lite = environment.responsesLite ?? model.usesResponsesLite ?? false;
  const { body, warnings } = buildRequestBody(call, {
    model,
    account,
    sessionId,
    defaultInstructions,
    lite,
    clampEffort: environment.clampReasoningEffort,
    withoutReasoning,
  });
  const requestId = randomUuid(runtime);
  const turnState = await turnStates.find(accountId, body.input);
  const headers = buildHeaders(
    { authorization, originator, clientVersion, sessionId, requestId, turnState, lite },
    environment.headers,
    settings.headers,
  );
  if (withoutReasoning) {
    warnings.push({
      type: 'other',
      message: 'The backend could not decrypt the reasoning of this history; the call was sent again without it.',
    });
  }
  return { body, warnings, headers, accountId, account, sessionId, lite };
}
