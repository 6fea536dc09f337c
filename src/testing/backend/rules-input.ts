import { asRecord, asString } from '../../shared/json';
import { type BackendRequest, inputItems, itemType } from './backend-request';
import { ITEM_KEYS } from './item-keys';
import { detail, modelError, type Refusal } from './refusal';

/** Rule 11. */
export function checkRoles(request: BackendRequest): Refusal | undefined {
  return inputItems(request).some(({ item }) => item.role === 'system')
    ? detail(400, 'System messages are not allowed')
    : undefined;
}

const CONTENT_OF_ROLE: Record<string, readonly string[]> = {
  assistant: ['output_text', 'refusal'],
  user: ['input_text', 'input_image', 'input_file'],
  developer: ['input_text', 'input_image', 'input_file'],
};

/** Rule 16. Content may also be a plain text. */
export function checkContent(request: BackendRequest): Refusal | undefined {
  const nameless = request.input.findIndex((item) => itemType(asRecord(item) ?? {}) === undefined);
  if (nameless !== -1) {
    const param = `input[${nameless}]`;
    return modelError(400, {
      message: `Invalid '${param}': expected an item with a type.`,
      param,
      code: 'invalid_type',
    });
  }
  for (const { item, index } of inputItems(request)) {
    const refusal = checkMessage(item, index) ?? checkOutput(item, index);
    if (refusal) return refusal;
  }
  return undefined;
}

function checkMessage(item: Record<string, unknown>, index: number): Refusal | undefined {
  // The system role is the business of rule 11.
  if (itemType(item) !== 'message' || item.role === 'system') return undefined;
  const allowed = CONTENT_OF_ROLE[asString(item.role) ?? ''];
  if (!allowed) return invalidValue(item.role, Object.keys(CONTENT_OF_ROLE), `input[${index}].role`);
  return checkParts(item.content, allowed, `input[${index}].content`);
}

function checkOutput(item: Record<string, unknown>, index: number): Refusal | undefined {
  const output = item.type === 'function_call_output' || item.type === 'custom_tool_call_output';
  return output ? checkParts(item.output, CONTENT_OF_ROLE.user ?? [], `input[${index}].output`) : undefined;
}

function checkParts(content: unknown, allowed: readonly string[], param: string): Refusal | undefined {
  if (typeof content === 'string') return undefined;
  if (!Array.isArray(content)) {
    return modelError(400, { message: 'Expected a string or an array.', param, code: 'invalid_type' });
  }
  for (const [place, value] of content.entries()) {
    const part = asRecord(value);
    const type = asString(part?.type) ?? '';
    if (!allowed.includes(type)) return invalidValue(type, allowed, `${param}[${place}]`);
    if (type === 'input_image' && !isImageUrl(part?.image_url)) {
      const message = 'The image data does not represent a valid image.';
      return modelError(400, { message, param: `${param}[${place}].image_url`, code: 'invalid_value' });
    }
  }
  return undefined;
}

function isImageUrl(url: unknown): boolean {
  return typeof url === 'string' && /^(?:https?:\/\/.|data:image\/[\w.+-]+;base64,[A-Za-z0-9+/_-]+=*$)/i.test(url);
}

const CALLS = { function_call: 'function', local_shell_call: 'function', custom_tool_call: 'custom' } as const;
const OUTPUTS = { function_call_output: 'function', custom_tool_call_output: 'custom' } as const;

/** Rule 17. A call and its output belong together; where they stand does not matter. */
export function checkPairing(request: BackendRequest): Refusal | undefined {
  const calls = callIds(request, CALLS);
  const outputs = callIds(request, OUTPUTS);
  const nameless = [...calls, ...outputs].find(({ id }) => id === undefined);
  if (nameless) return missingParameter(`input[${nameless.index}].call_id`);
  const refuse = (message: string) => modelError(400, { message, param: 'input', code: null });
  const callless = unmatched(outputs, calls);
  if (callless) return refuse(`No tool call found for function call output with call_id ${callless.id}.`);
  const open = unmatched(calls, outputs);
  return open && refuse(`No tool output found for function call ${open.id}.`);
}

interface CallId {
  kind: string;
  id: string | undefined;
  index: number;
}

function callIds(request: BackendRequest, kinds: Record<string, string>): CallId[] {
  return inputItems(request).flatMap(({ item, index }) => {
    const kind = kinds[asString(item.type) ?? ''];
    // A shell call may have its own id alone.
    const own = item.type === 'local_shell_call' ? asString(item.id) : undefined;
    return kind === undefined ? [] : [{ kind, id: asString(item.call_id) ?? own, index }];
  });
}

/** The first that has no partner of its kind: a custom call is not answered by the output of a function. */
function unmatched(ids: CallId[], partners: CallId[]): CallId | undefined {
  const known = new Set(partners.map(({ kind, id }) => `${kind}:${id}`));
  return ids.find(({ kind, id }) => !known.has(`${kind}:${id}`));
}

/** Rule 18. Nothing is stored, so nothing can be found by its id. */
export function checkReferences(request: BackendRequest): Refusal | undefined {
  const lost = inputItems(request).find(
    ({ item }) =>
      item.type === 'item_reference' ||
      (item.type === 'reasoning' && item.id !== undefined && asString(item.encrypted_content) === undefined),
  );
  if (!lost) return undefined;
  const message = `Item with id '${String(lost.item.id)}' not found. Items are not persisted when \`store\` is set to false.`;
  return modelError(404, { message, param: 'input', code: null });
}

const MAX_ID = 64;

/** Rule 20. */
export function checkIds(request: BackendRequest): Refusal | undefined {
  for (const { item, index } of inputItems(request)) {
    const id = asString(item.id);
    if (item.type === 'function_call' && id !== undefined && !id.startsWith('fc_')) {
      const message = `Invalid 'input[${index}].id': '${id}'. Expected an ID that begins with 'fc'.`;
      return modelError(400, { message, param: `input[${index}].id`, code: 'invalid_value' });
    }
    const refusal = tooLong(id, `input[${index}].id`) ?? tooLong(item.call_id, `input[${index}].call_id`);
    if (refusal) return refusal;
  }
  return tooLong(request.body.prompt_cache_key, 'prompt_cache_key');
}

function tooLong(value: unknown, param: string): Refusal | undefined {
  if (typeof value !== 'string' || value.length <= MAX_ID) return undefined;
  const message = `Invalid '${param}': string too long. Expected at most ${MAX_ID} characters, got ${value.length}.`;
  return modelError(400, { message, param, code: 'string_above_max_length' });
}

/** Rule 21. Only when the emulator was started with `strictItemKeys`. */
export function checkItemKeys(request: BackendRequest): Refusal | undefined {
  if (!request.strictItemKeys) return undefined;
  for (const { item, index } of inputItems(request)) {
    const known = ITEM_KEYS[asString(itemType(item)) ?? ''];
    const unknown = known && Object.keys(item).find((key) => !known.includes(key));
    if (unknown === undefined) continue;
    const param = `input[${index}].${unknown}`;
    return modelError(400, { message: `Unknown parameter: '${param}'.`, param, code: 'unknown_parameter' });
  }
  return undefined;
}

function invalidValue(value: unknown, allowed: readonly string[], param: string): Refusal {
  const names = allowed.map((name) => `'${name}'`).join(', ');
  const message = `Invalid value: '${String(value)}'. Supported values are: ${names}.`;
  return modelError(400, { message, param, code: 'invalid_value' });
}

function missingParameter(param: string): Refusal {
  return modelError(400, {
    message: `Missing required parameter: '${param}'.`,
    param,
    code: 'missing_required_parameter',
  });
}
