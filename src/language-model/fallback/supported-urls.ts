import type { AnyModel, SupportedUrls } from './candidate';

/** What every model of an order takes as a URL: same media type, same pattern. Whoever does not tell takes none. */
export async function commonUrls(models: readonly AnyModel[]): Promise<SupportedUrls> {
  const [first = {}, ...others] = await Promise.all(models.map(urlsOf));
  const common: SupportedUrls = {};
  for (const [mediaType, patterns] of Object.entries(first)) {
    const kept = patterns.filter((pattern) =>
      others.every((urls) => urls[mediaType]?.some((one) => same(one, pattern))),
    );
    if (kept.length > 0) common[mediaType] = kept;
  }
  return common;
}

async function urlsOf(model: AnyModel): Promise<SupportedUrls> {
  try {
    return (await model.supportedUrls) ?? {};
  } catch {
    return {};
  }
}

function same(one: RegExp, other: RegExp): boolean {
  return one.source === other.source && one.flags === other.flags;
}
