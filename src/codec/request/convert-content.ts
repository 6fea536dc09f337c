import type { FilePart, UserPart } from '../call';
import { UnsupportedInputError } from '../errors';
import type { InputContent } from './request-body';

/** Text, images and PDFs of a user message or of a tool's output. */
export function convertContent(parts: readonly UserPart[]): InputContent[] {
  return parts.map((part, index) =>
    part.type === 'text' ? { type: 'input_text', text: part.text } : convertFile(part, index),
  );
}

function convertFile(part: FilePart, index: number): InputContent {
  const { mediaType, data } = part;
  if (mediaType.startsWith('image/')) {
    return {
      type: 'input_image',
      image_url: 'url' in data ? data.url : `data:${imageMediaType(mediaType)};base64,${data.base64}`,
      ...(part.imageDetail && { detail: part.imageDetail }),
    };
  }
  if (mediaType === 'application/pdf') {
    if ('url' in data && !data.url.startsWith('data:')) return { type: 'input_file', file_url: data.url };
    return {
      type: 'input_file',
      filename: part.filename ?? `part-${index}.pdf`,
      file_data: 'url' in data ? data.url : `data:application/pdf;base64,${data.base64}`,
    };
  }
  throw new UnsupportedInputError(`files of media type ${mediaType} (images and application/pdf are)`);
}

// `image/*` is what the AI SDK says when it could not tell; a data URL must name one type.
function imageMediaType(mediaType: string): string {
  return mediaType === 'image/*' ? 'image/jpeg' : mediaType;
}
