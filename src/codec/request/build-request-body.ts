import type { ModelInfo } from '../../catalog/model-info';
import type { CallOptions, CallWarning, CodexCall } from '../call';
import { checkModalities } from './check-modalities';
import { convertLite } from './convert-lite';
import { convertPrompt } from './convert-prompt';
import { convertTextFormat } from './convert-text-format';
import { convertToolChoice, convertTools } from './convert-tools';
import { mapReasoningEffort } from './map-reasoning-effort';
import type { RequestBody } from './request-body';

/** What the body depends on beside the call itself. */
export interface RequestContext {
  model: ModelInfo;
  /** Fingerprint of the account that sends; empty when there is none. */
  account: string;
  /** Sent as `prompt_cache_key` unless the call names its own. */
  sessionId: string;
  /** Used only when neither the call nor its prompt has instructions. */
  defaultInstructions: string;
  /** Speak the lite form of the protocol. */
  lite: boolean;
  /** Change an effort that the model is known not to take. */
  clampEffort: boolean;
  /** Leave all encrypted reasoning out: the backend refused it once. */
  withoutReasoning?: boolean;
}

const ENCRYPTED_REASONING = 'reasoning.encrypted_content';
const MAX_KEY_LENGTH = 64;

/** Translates a call into the request body. Pure; throws `UnsupportedInputError` for content that cannot be expressed. */
export function buildRequestBody(
  call: CodexCall,
  context: RequestContext,
): { body: RequestBody; warnings: CallWarning[] } {
  const { options, tools } = call;
  const { model } = context;
  const prompt = convertPrompt(call.prompt, {
    account: context.account,
    model: call.modelId,
    replay: context.withoutReasoning ? 'never' : (options.reasoningReplay ?? 'same-family'),
  });
  const tier = convertServiceTier(options.serviceTier);
  const effort = mapReasoningEffort(options.reasoningEffort, model, { clamp: context.clampEffort });
  const summary = convertSummary(options, model);
  const reasoning = convertReasoningOptions(effort.value, summary.value);
  const text = convertTextOptions(call, model);
  const classic: RequestBody = {
    model: call.modelId,
    instructions: joinInstructions([options.instructions, ...prompt.system]) ?? context.defaultInstructions,
    input: prompt.input,
    ...(tools.length > 0 && convertToolSettings(call, model)),
    ...(reasoning && { reasoning }),
    store: false,
    stream: true,
    include: [...new Set([ENCRYPTED_REASONING, ...(options.include ?? [])])],
    ...(tier.value && { service_tier: tier.value }),
    prompt_cache_key: (options.promptCacheKey ?? context.sessionId).slice(0, MAX_KEY_LENGTH),
    ...(text.value && { text: text.value }),
  };
  const settings = call.unsupportedSettings.map((setting) => ({ type: 'unsupported-setting' as const, setting }));
  const { body, warnings } = context.lite ? convertLite(classic, call) : { body: classic, warnings: [] };
  return {
    body,
    warnings: [
      ...settings,
      ...effort.warnings,
      ...summary.warnings,
      ...text.warnings,
      ...tier.warnings,
      ...warnings,
      ...prompt.warnings,
      ...checkModalities(prompt.input, model),
    ],
  };
}

function joinInstructions(texts: (string | undefined)[]): string | undefined {
  const present = texts.filter((text) => text !== undefined && text !== '');
  return present.length > 0 ? present.join('\n\n') : undefined;
}

function convertToolSettings(call: CodexCall, model: ModelInfo): Partial<RequestBody> {
  const parallel = call.options.parallelToolCalls ?? model.supportsParallelToolCalls;
  const choice = namesMissingTool(call) ? undefined : call.toolChoice;
  return {
    tools: convertTools(call.tools, call.options.strictJsonSchema ?? false),
    tool_choice: choice ? convertToolChoice(choice) : 'auto',
    ...(parallel !== undefined && { parallel_tool_calls: parallel }),
  };
}

/** The tool was left out with a warning of its own; the backend would refuse to be pointed at it. */
function namesMissingTool({ toolChoice, tools }: CodexCall): boolean {
  return toolChoice?.type === 'tool' && !tools.some((tool) => tool.name === toolChoice.name);
}

type Summary = NonNullable<RequestBody['reasoning']>['summary'];

function convertSummary(
  { reasoningSummary }: CallOptions,
  { id, supportsReasoningSummaries }: ModelInfo,
): { value?: Summary; warnings: CallWarning[] } {
  if (reasoningSummary === undefined || reasoningSummary === 'none') return { warnings: [] };
  if (supportsReasoningSummaries !== false) return { value: reasoningSummary, warnings: [] };
  const details = `${id} gives no summaries of its reasoning; the setting was left out.`;
  return { warnings: [{ type: 'unsupported-setting', setting: 'reasoningSummary', details }] };
}

function convertReasoningOptions(effort: string | undefined, summary: Summary): RequestBody['reasoning'] {
  if (effort === undefined && summary === undefined) return undefined;
  return { ...(effort !== undefined && { effort }), ...(summary && { summary }) };
}

function convertTextOptions(
  { options, responseFormat }: CodexCall,
  model: ModelInfo,
): { value?: RequestBody['text']; warnings: CallWarning[] } {
  const { textVerbosity: verbosity, strictJsonSchema } = options;
  const isTaken = model.supportsVerbosity !== false;
  const details = `${model.id} takes no verbosity; it was left out.`;
  const warnings: CallWarning[] =
    verbosity && !isTaken ? [{ type: 'unsupported-setting', setting: 'textVerbosity', details }] : [];
  const value = {
    ...(verbosity && isTaken && { verbosity }),
    ...(responseFormat && { format: convertTextFormat(responseFormat, strictJsonSchema) }),
  };
  return { ...(Object.keys(value).length > 0 && { value }), warnings };
}

/** The backend takes `priority` (which the Codex CLI calls fast) and refuses most other words with a 400. */
function convertServiceTier(tier: CallOptions['serviceTier']): { value?: string; warnings: CallWarning[] } {
  switch (tier) {
    case undefined:
    case 'auto':
    case 'default':
      return { warnings: [] };
    case 'fast':
      return { value: 'priority', warnings: [] };
    case 'flex':
      return {
        warnings: [
          {
            type: 'unsupported-setting',
            setting: 'serviceTier',
            details: 'The Codex backend refuses flex; it was left out.',
          },
        ],
      };
    default:
      return { value: tier, warnings: [] };
  }
}
