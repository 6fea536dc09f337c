import { ORIGINATOR } from './constants';

declare const __PACKAGE_VERSION__: string | undefined;

/** Version of this package. */
export const VERSION: string = typeof __PACKAGE_VERSION__ === 'string' ? __PACKAGE_VERSION__ : '0.0.0';

/** How we introduce ourselves to every server. */
export const USER_AGENT = `${ORIGINATOR}/${VERSION}`;
