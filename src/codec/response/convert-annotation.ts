import { asNumber, asString } from '../../shared/json';
import type { Annotation } from './response-event';
import type { SourcePart } from './response-part';

/** A citation as a source part; undefined for kinds that cite nothing. */
export function convertAnnotation(annotation: Annotation, id: string): SourcePart | undefined {
  const url = asString(annotation.url);
  const title = asString(annotation.title);
  const filename = asString(annotation.filename);
  const fileId = asString(annotation.file_id);
  const name = filename ?? fileId;
  const index = asNumber(annotation.index);
  switch (annotation.type) {
    case 'url_citation':
      return url === undefined
        ? undefined
        : { type: 'source', sourceType: 'url', id, url, ...(title !== undefined && { title }) };
    case 'file_citation': {
      const quoted = asString(annotation.quote) ?? filename ?? 'Document';
      return document({ id, mediaType: 'text/plain', title: quoted, filename: name, fileId });
    }
    case 'container_file_citation': {
      const containerId = asString(annotation.container_id);
      return document({
        id,
        mediaType: 'text/plain',
        title: name ?? 'Document',
        filename: name,
        fileId,
        containerId,
        index,
      });
    }
    case 'file_path':
      return document({
        id,
        mediaType: 'application/octet-stream',
        title: name ?? 'Document',
        filename: name,
        fileId,
        index,
      });
    default:
      return undefined;
  }
}

function document(source: {
  id: string;
  mediaType: string;
  title: string;
  filename: string | undefined;
  fileId: string | undefined;
  containerId?: string | undefined;
  index?: number | undefined;
}): SourcePart {
  const { id, mediaType, title, filename, fileId, containerId, index } = source;
  const more = { ...(containerId !== undefined && { containerId }), ...(index !== undefined && { index }) };
  return {
    type: 'source',
    sourceType: 'document',
    id,
    mediaType,
    title,
    ...(filename !== undefined && { filename }),
    ...(fileId !== undefined && { providerMetadata: { codex: { fileId, ...more } } }),
  };
}
