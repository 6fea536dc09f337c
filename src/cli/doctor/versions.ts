import { CODEX_CLIENT_VERSION, ORIGINATOR } from '../../shared/constants';
import { VERSION } from '../../shared/version';
import { type Finding, ok, problem } from './check';

const LEAST_NODE = [20, 19] as const;

/** What runs here. `node` is as in `process.versions.node`. */
export function checkVersions(node: string, platform: string, arch: string): Finding {
  const message =
    `${ORIGINATOR} ${VERSION} on Node ${node} (${platform} ${arch}); ` +
    `speaks the protocol of Codex CLI ${CODEX_CLIENT_VERSION}.`;
  if (isAtLeast(node, ...LEAST_NODE)) return ok(message);
  return problem(message, `Use Node ${LEAST_NODE.join('.')} or later.`);
}

export function isAtLeast(version: string, major: number, minor: number): boolean {
  const [ownMajor = 0, ownMinor = 0] = version.split('.').map(Number);
  return ownMajor > major || (ownMajor === major && ownMinor >= minor);
}
