import { modelFamily } from '../../catalog/model-info';
import { asRecord, asString } from '../../shared/json';
import { type BackendRequest, inputItems, itemType } from './backend-request';
import { servedTo } from './model-directory';
import { detail, modelError, type Refusal } from './refusal';

/** Rule 12. */
export function checkModel(request: BackendRequest): Refusal | undefined {
  const id = asString(request.body.model) ?? '';
  const model = request.models.get(id);
  const version = clientVersion(request.headers);
  if (!model || (version !== undefined && !servedTo(version)(model))) {
    return detail(400, `The '${id}' model is not supported when using Codex with a ChatGPT account.`);
  }
  if (!model.codexIdentityOnly || isCodexClient(request.headers)) return undefined;
  return modelError(404, { message: `Model not found ${id}`, param: 'model', code: null });
}

/** The version a client states: its header, else the user agent of a Codex client. Other user agents count otherwise. */
function clientVersion(headers: BackendRequest['headers']): string | undefined {
  return headers.version ?? /^codex[\w-]*\/(\d+\.\d+\.\d+)/.exec(headers['user-agent'] ?? '')?.[1];
}

function isCodexClient(headers: BackendRequest['headers']): boolean {
  return /^codex/i.test(headers.originator ?? '') && /^codex/i.test(headers['user-agent'] ?? '');
}

const EFFORTS = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'];

/** Rule 13. A model whose efforts nobody knows takes every word of the wire. */
export function checkEffort({ body, models }: BackendRequest): Refusal | undefined {
  const effort = asRecord(body.reasoning)?.effort ?? undefined;
  if (effort === undefined) return undefined;
  const param = 'reasoning.effort';
  const known = typeof effort === 'string' && EFFORTS.includes(effort);
  if (!known) return modelError(400, { message: invalid(effort, EFFORTS), param, code: 'invalid_value' });
  const id = asString(body.model) ?? '';
  const taken = models.get(id)?.reasoningEfforts ?? EFFORTS;
  if (taken.includes(effort)) return undefined;
  const message = `Unsupported value: '${effort}' is not supported with the '${id}' model. Supported values are: ${list(taken)}.`;
  return modelError(400, { message, param, code: 'unsupported_value' });
}

/** Rule 14. Without the header every model takes the plain form. */
export function checkLite(request: BackendRequest): Refusal | undefined {
  if (!request.lite) return undefined;
  const id = asString(request.body.model) ?? '';
  if (!request.models.get(id)?.lite) return unsupported('model', `The model '${id}' does not support the lite form.`);
  if (asRecord(request.body.reasoning)?.context !== 'all_turns') {
    return unsupported('reasoning.context', "The lite form requires reasoning.context to be 'all_turns'.");
  }
  const tools = [...toolsOf(request.body), ...additionalTools(request)];
  return tools.some((tool) => !isClientTool(tool))
    ? unsupported('tools', 'The lite form supports only tools that the client runs.')
    : undefined;
}

/** Rule 15. The choice is resolved as the name of a function, so that a hosted tool cannot be chosen. */
export function checkToolChoice(request: BackendRequest): Refusal | undefined {
  const choice = request.body.tool_choice ?? 'auto';
  const tools = [...toolsOf(request.body), ...additionalTools(request)];
  const refuse = (message: string) => modelError(400, { message, param: 'tool_choice', code: null });
  if (choice === 'auto' || choice === 'none') return undefined;
  if (choice === 'required') {
    return tools.length > 0 ? undefined : refuse("Tool choice 'required' must be specified with 'tools' parameter.");
  }
  const named = asRecord(choice);
  const name = asString(named?.name) ?? asString(named?.type) ?? String(choice);
  const found = tools.some((tool) => isClientTool(tool) && tool.type === named?.type && tool.name === name);
  return found ? undefined : refuse(`Tool choice '${name}' not found in 'tools' parameter.`);
}

/** Rule 19. Encrypted content opens for the account and the model family it was made for. */
export function checkSeals(request: BackendRequest): Refusal | undefined {
  const { token } = request;
  const family = modelFamily(asString(request.body.model) ?? '');
  const bad = inputItems(request).find(({ item }) => {
    const sealed = asString(item.encrypted_content);
    if (sealed === undefined) return false;
    return !token.ok || !request.opensFor(sealed, { accountId: token.accountId, family });
  });
  if (!bad) return undefined;
  return modelError(400, {
    message: 'The encrypted content could not be verified: it was not made for this account and model.',
    param: `input[${bad.index}].encrypted_content`,
    code: 'invalid_encrypted_content',
  });
}

function toolsOf(holder: Record<string, unknown>): Record<string, unknown>[] {
  const tools: unknown[] = Array.isArray(holder.tools) ? holder.tools : [];
  return tools.map(asRecord).filter((tool) => tool !== undefined);
}

function additionalTools(request: BackendRequest): Record<string, unknown>[] {
  return inputItems(request).flatMap(({ item }) => (itemType(item) === 'additional_tools' ? toolsOf(item) : []));
}

function isClientTool(tool: Record<string, unknown>): boolean {
  return (
    tool.type === 'function' || tool.type === 'custom' || (tool.type === 'tool_search' && tool.execution === 'client')
  );
}

function unsupported(param: string, message: string): Refusal {
  return modelError(400, { message, param, code: 'unsupported_value' });
}

function invalid(value: unknown, allowed: readonly string[]): string {
  return `Invalid value: '${String(value)}'. Supported values are: ${list(allowed)}.`;
}

function list(values: readonly string[]): string {
  return values.map((value) => `'${value}'`).join(', ');
}
