import { asNumber, asRecord, asString } from '../../shared/json';
import type { Annotation, ContentPart, ResponseItem, ResponseObject, ResponseUsage } from './response-event';

// What an event holds beside its delta, read from JSON that may be anything. Deltas have no part in this: they are many.

export function readItem(value: unknown): ResponseItem | undefined {
  const item = asRecord(value);
  const type = asString(item?.type);
  if (!item || type === undefined) return undefined;
  return {
    type,
    id: asString(item.id) || undefined,
    phase: asString(item.phase) || undefined,
    content: asRecords(item.content).map(readContent),
    summary: asRecords(item.summary).map(({ text }) => asString(text) ?? ''),
    encryptedContent: asString(item.encrypted_content),
    callId: asString(item.call_id) || undefined,
    name: asString(item.name),
    arguments: asString(item.arguments),
    sources: asRecords(asRecord(item.action)?.sources).map(({ url }) => asString(url)),
    result: asString(item.result) || undefined,
    outputFormat: asString(item.output_format) || undefined,
  };
}

export function readResponse(value: unknown): ResponseObject {
  const response = asRecord(value) ?? {};
  return {
    id: asString(response.id),
    model: asString(response.model),
    createdAt: asNumber(response.created_at),
    output: Array.isArray(response.output) ? response.output.map(readItem) : [],
    usage: readUsage(response.usage),
    serviceTier: asString(response.service_tier),
    reasoningContext: asString(asRecord(response.reasoning)?.context),
    incompleteReason: asString(asRecord(response.incomplete_details)?.reason) || undefined,
    status: asString(response.status),
  };
}

export function readAnnotation(value: unknown): Annotation | undefined {
  const annotation = asRecord(value);
  return typeof annotation?.type === 'string' ? { ...annotation, type: annotation.type } : undefined;
}

function readContent(part: Record<string, unknown>): ContentPart {
  return {
    type: asString(part.type) ?? '',
    text: asString(part.text) ?? asString(part.refusal) ?? '',
    annotations: asRecords(part.annotations).flatMap((annotation) => readAnnotation(annotation) ?? []),
  };
}

function readUsage(value: unknown): ResponseUsage {
  const usage = asRecord(value);
  const input = asRecord(usage?.input_tokens_details);
  const output = asRecord(usage?.output_tokens_details);
  return {
    inputTokens: asNumber(usage?.input_tokens),
    cachedInputTokens: asNumber(input?.cached_tokens),
    cacheWriteTokens: asNumber(input?.cache_write_tokens),
    outputTokens: asNumber(usage?.output_tokens),
    reasoningTokens: asNumber(output?.reasoning_tokens),
  };
}

function asRecords(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.map(asRecord).filter((one) => one !== undefined) : [];
}
