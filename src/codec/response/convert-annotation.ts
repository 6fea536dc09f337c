import type { Annotation } from './response-event';
import type { SourcePart } from './response-part';

/** A citation as a source part; undefined for kinds that cite nothing. */
export function convertAnnotation(annotation: Annotation, id: string): SourcePart | undefined {
  const { url, title, filename, file_id: fileId, container_id: containerId } = annotation;
  switch (annotation.type) {
    case 'url_citation':
      return url === undefined
        ? undefined
        : { type: 'source', sourceType: 'url', id, url, ...(title !== undefined && { title }) };
    case 'file_citation':
      return document(id, 'text/plain', annotation.quote ?? filename ?? 'Document', filename ?? fileId, fileId);
    case 'container_file_citation':
      return document(id, 'text/plain', filename ?? fileId ?? 'Document', filename ?? fileId, fileId, containerId);
    case 'file_path':
      return document(id, 'application/octet-stream', filename ?? fileId ?? 'Document', filename ?? fileId, fileId);
    default:
      return undefined;
  }
}

function document(
  id: string,
  mediaType: string,
  title: string,
  filename: string | undefined,
  fileId: string | undefined,
  containerId?: string,
): SourcePart {
  return {
    type: 'source',
    sourceType: 'document',
    id,
    mediaType,
    title,
    ...(filename !== undefined && { filename }),
    ...(fileId !== undefined && {
      providerMetadata: { codex: { fileId, ...(containerId !== undefined && { containerId }) } },
    }),
  };
}
