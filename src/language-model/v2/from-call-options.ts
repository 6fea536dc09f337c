import {
  InvalidPromptError,
  type LanguageModelV2CallOptions,
  type LanguageModelV2FilePart,
  type LanguageModelV2Message,
  type LanguageModelV2ToolResultOutput,
} from '@ai-sdk/provider';
import type {
  AssistantPart,
  CallMessage,
  CallTool,
  CallToolChoice,
  CallWarning,
  CodexCall,
  FilePart,
  ToolOutput,
  UserPart,
} from '../../codec/call';
import type { JSONObject, JSONValue } from '../../shared/json';
import { parseProviderOptions } from '../codex-provider-options';
import { readPartOptions } from '../read-part-options';
import { toBase64 } from '../to-base64';

export interface FromCallOptions {
  call: CodexCall;
  warnings: CallWarning[];
  /** The newest session id that the history carries. */
  historySessionId: string | undefined;
}

/** V2 call options in neutral words. `effort` is what the model id said; an option wins over it. */
export function fromCallOptions(
  modelId: string,
  effort: string | undefined,
  callOptions: LanguageModelV2CallOptions,
): FromCallOptions {
  const { options, warnings } = parseProviderOptions(callOptions.providerOptions);
  const tools = readTools(callOptions.tools);
  const { responseFormat } = callOptions;
  return {
    call: {
      modelId,
      prompt: callOptions.prompt.map(readMessage),
      tools: tools.tools,
      ...(callOptions.toolChoice && { toolChoice: readToolChoice(callOptions.toolChoice) }),
      ...(responseFormat?.type === 'json' && {
        responseFormat: {
          ...(responseFormat.schema && { schema: responseFormat.schema as JSONObject }),
          ...(responseFormat.name !== undefined && { name: responseFormat.name }),
          ...(responseFormat.description !== undefined && { description: responseFormat.description }),
        },
      }),
      options: { ...options, reasoningEffort: options.reasoningEffort ?? effort },
      unsupportedSettings: UNSUPPORTED.filter((setting) => callOptions[setting] !== undefined),
      includeRawEvents: callOptions.includeRawChunks ?? false,
    },
    warnings: [...warnings, ...tools.warnings],
    historySessionId: findSessionId(callOptions.prompt),
  };
}

/** Settings of V2 that the backend refuses with a 400. */
const UNSUPPORTED = [
  'maxOutputTokens',
  'temperature',
  'topP',
  'topK',
  'presencePenalty',
  'frequencyPenalty',
  'stopSequences',
  'seed',
] as const satisfies (keyof LanguageModelV2CallOptions)[];

function readMessage(message: LanguageModelV2Message): CallMessage {
  switch (message.role) {
    case 'system':
      return { role: 'system', text: message.content };
    case 'user':
      return { role: 'user', parts: message.content.map(readUserPart) };
    case 'assistant':
      return { role: 'assistant', parts: message.content.map(readAssistantPart) };
    case 'tool':
      return {
        role: 'tool',
        results: message.content.map(({ toolCallId, toolName, output }) => ({
          callId: toolCallId,
          name: toolName,
          output: readOutput(output),
        })),
      };
    default:
      throw new InvalidPromptError({
        prompt: message,
        message: `Unknown message role: ${(message as { role: unknown }).role}`,
      });
  }
}

function readUserPart(part: Extract<LanguageModelV2Message, { role: 'user' }>['content'][number]): UserPart {
  return part.type === 'text' ? { type: 'text', text: part.text } : readFile(part);
}

function readFile(part: LanguageModelV2FilePart): FilePart {
  const { imageDetail } = readPartOptions(part.providerOptions);
  return {
    type: 'file',
    mediaType: part.mediaType,
    data: part.data instanceof URL ? { url: part.data.href } : { base64: toBase64(part.data) },
    ...(part.filename !== undefined && { filename: part.filename }),
    ...(imageDetail && { imageDetail }),
  };
}

function readAssistantPart(
  part: Extract<LanguageModelV2Message, { role: 'assistant' }>['content'][number],
): AssistantPart {
  const options = readPartOptions(part.providerOptions);
  switch (part.type) {
    case 'text':
      return { type: 'text', text: part.text, ...(options.phase !== undefined && { phase: options.phase }) };
    case 'reasoning':
      return {
        type: 'reasoning',
        text: part.text,
        ...(options.itemId !== undefined && { itemId: options.itemId }),
        ...(options.encryptedContent !== undefined && { encryptedContent: options.encryptedContent }),
        ...(options.origin && { origin: options.origin }),
        ...(options.rawReasoning && { raw: true }),
      };
    case 'file':
      return readFile(part);
    case 'tool-call':
      return {
        type: 'tool-call',
        callId: part.toolCallId,
        name: part.toolName,
        input: part.input as JSONValue,
        providerExecuted: part.providerExecuted ?? false,
      };
    case 'tool-result':
      return { type: 'tool-result', callId: part.toolCallId, name: part.toolName };
  }
}

function readOutput(output: LanguageModelV2ToolResultOutput): ToolOutput {
  switch (output.type) {
    case 'text':
    case 'error-text':
      return { type: 'text', text: output.value };
    case 'json':
    case 'error-json':
      return { type: 'json', value: output.value as JSONValue };
    case 'content':
      return {
        type: 'content',
        parts: output.value.map((part) =>
          part.type === 'text'
            ? { type: 'text', text: part.text }
            : { type: 'file', mediaType: part.mediaType, data: { base64: part.data } },
        ),
      };
  }
}

function readTools(tools: LanguageModelV2CallOptions['tools']): { tools: CallTool[]; warnings: CallWarning[] } {
  const warnings: CallWarning[] = [];
  const known = (tools ?? []).flatMap((tool): CallTool[] => {
    if (tool.type !== 'function') {
      warnings.push({
        type: 'unsupported-tool',
        tool: tool.name,
        details: `Provider tool ${tool.id} is not supported.`,
      });
      return [];
    }
    const { name, description } = tool;
    const inputSchema = tool.inputSchema as JSONObject;
    return [{ type: 'function', name, inputSchema, ...(description !== undefined && { description }) }];
  });
  return { tools: known, warnings };
}

function readToolChoice(choice: NonNullable<LanguageModelV2CallOptions['toolChoice']>): CallToolChoice {
  return choice.type === 'tool' ? { type: 'tool', name: choice.toolName } : { type: choice.type };
}

function findSessionId(prompt: LanguageModelV2CallOptions['prompt']): string | undefined {
  for (const message of prompt.toReversed()) {
    const parts = Array.isArray(message.content) ? message.content : [];
    for (const part of [...parts, message].toReversed()) {
      const { sessionId } = readPartOptions(part.providerOptions);
      if (sessionId !== undefined) return sessionId;
    }
  }
  return undefined;
}
