import { asRecord } from '../../shared/json';
import type { CodexCall } from '../call';
import type { TextFormat } from './request-body';

/**
 * Structured output. Unless the caller decides, `strict` (the backend then guarantees the schema) is asked for exactly
 * where the schema qualifies: with optional properties, say, a strict request is refused.
 */
export function convertTextFormat(
  format: NonNullable<CodexCall['responseFormat']>,
  strict: boolean | undefined,
): TextFormat {
  if (!format.schema) return { type: 'json_object' };
  return {
    type: 'json_schema',
    name: format.name ?? 'response',
    strict: strict ?? (format.schema.type === 'object' && qualifiesForStrict(format.schema)),
    schema: format.schema,
    ...(format.description !== undefined && { description: format.description }),
  };
}

const STRICT_KEYWORDS = new Set([
  '$schema', '$id', '$ref', '$defs', 'definitions', 'title', 'description', 'type', 'enum', 'const', 'anyOf',
  'properties', 'required', 'additionalProperties', 'items', 'minItems', 'maxItems', 'pattern', 'format',
  'minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf',
]); // biome-ignore format: a list of words

const STRICT_FORMATS = new Set(['date-time', 'time', 'date', 'duration', 'email', 'hostname', 'ipv4', 'ipv6', 'uuid']);

function qualifiesForStrict(schema: unknown): boolean {
  const record = asRecord(schema);
  if (!record || Object.keys(record).some((keyword) => !STRICT_KEYWORDS.has(keyword))) return false;
  if (typeof record.format === 'string' && !STRICT_FORMATS.has(record.format)) return false;
  if (typeof record.pattern === 'string' && /\(\?<?[=!]/.test(record.pattern)) return false; // looks around
  const properties = asRecord(record.properties);
  if (record.type === 'object' || properties) {
    const required = Array.isArray(record.required) ? record.required : [];
    if (record.additionalProperties !== false) return false;
    if (Object.keys(properties ?? {}).some((name) => !required.includes(name))) return false;
  }
  return subschemas(record).every(qualifiesForStrict);
}

function subschemas(schema: Record<string, unknown>): unknown[] {
  const named = [schema.properties, schema.$defs, schema.definitions].flatMap((group) =>
    Object.values(asRecord(group) ?? {}),
  );
  const listed = Array.isArray(schema.anyOf) ? schema.anyOf : [];
  return [...named, ...listed, ...(schema.items === undefined ? [] : [schema.items])];
}
