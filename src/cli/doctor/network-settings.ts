import type { Terminal } from '../terminal';
import { plain } from '../text';
import { type Finding, ok, warning } from './check';
import { isAtLeast } from './versions';

type Variables = Terminal['env'];

/** Those that the `fetch` of Node can be made to use. */
const PROXIES = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'];
/** Of other programs. */
const OTHERS = ['ALL_PROXY', 'all_proxy'];
const BYPASSES = ['NO_PROXY', 'no_proxy'];

/** A program's way of being started: `process.versions.node` and `process.execArgv`. */
export interface NodeProcess {
  node: string;
  execArgv: readonly string[];
}

/** What the environment says of the way to the network. */
export function checkNetworkSettings(env: Variables, { node, execArgv }: NodeProcess): Finding {
  if (env.NODE_TLS_REJECT_UNAUTHORIZED === '0') {
    return warning(
      'NODE_TLS_REJECT_UNAUTHORIZED is 0: certificates are not checked, so anybody on the way can read the tokens.',
      'Unset it, and give Node the certificate of your network with NODE_EXTRA_CA_CERTS.',
    );
  }
  const extra = env.NODE_EXTRA_CA_CERTS?.trim() ? ' NODE_EXTRA_CA_CERTS is set.' : '';
  const set = [...PROXIES, ...OTHERS].flatMap((name) => readProxy(name, env));
  if (set.length === 0) return ok(`No proxy is set in the environment.${extra}`);
  const bypasses = BYPASSES.filter((name) => env[name]?.trim());
  const usable = set.filter(({ isUsable }) => isUsable);
  const others = set.filter(({ isUsable }) => !isUsable);
  const aside = others.length === 0 ? '' : ` No fetch of Node uses ${listed(others)}.`;
  if (usable.length === 0) {
    return warning(
      `${listed(others)} ${others.length > 1 ? 'are' : 'is'} set, but no fetch of Node uses such a proxy: requests go out directly.${extra}`,
      'Set HTTPS_PROXY to an http or https address, or give createCodex() a `fetch` that goes through the proxy.',
    );
  }
  const all = `${listed(usable)} ${usable.length > 1 ? 'are' : 'is'} set${bypasses.length > 0 ? `, and ${bypasses.join(', ')}` : ''}`;
  const canUse = isAtLeast(node, 24, 0) || (node.startsWith('22.') && isAtLeast(node, 22, 21));
  const switchedBy = canUse ? switchOf(env, execArgv) : undefined;
  if (switchedBy) return ok(`${all}; ${switchedBy} lets fetch use it.${aside}${extra}`);
  return warning(
    `${all}, but the fetch of Node ${node} does not use it: requests go out directly.${aside}${extra}`,
    `${canUse ? 'Set NODE_USE_ENV_PROXY=1' : 'Set NODE_USE_ENV_PROXY=1 on Node 24 or later'}, or give createCodex() a \`fetch\` that goes through the proxy.`,
  );
}

const FLAG = '--use-env-proxy';

/** What makes Node look at the variables, if anything does. */
function switchOf(env: Variables, execArgv: readonly string[]): string | undefined {
  if (env.NODE_USE_ENV_PROXY === '1') return 'NODE_USE_ENV_PROXY';
  const flags = [...execArgv, ...(env.NODE_OPTIONS ?? '').split(/\s+/)];
  return flags.includes(FLAG) ? FLAG : undefined;
}

interface Proxy {
  name: string;
  shown: string;
  isUsable: boolean;
}

function listed(proxies: readonly Proxy[]): string {
  return proxies.map(({ name, shown }) => `${name} (${shown})`).join(', ');
}

/** Of a proxy's address only where it is: names and passwords often stand before it. */
function readProxy(name: string, env: Variables): Proxy[] {
  const text = env[name]?.trim();
  if (!text) return [];
  const address = text.includes('://') ? text : `http://${text}`;
  const url = URL.canParse(address) ? new URL(address) : undefined;
  // A password with a sign like # ends the address too early, and what looks like a host is the name before it.
  const isCut = url !== undefined && `${url.pathname}${url.search}${url.hash}`.includes('@');
  if (!url?.host || isCut) return [{ name, shown: 'set, not an address', isUsable: false }];
  const isUsable = PROXIES.includes(name) && /^https?:$/.test(url.protocol);
  return [{ name, shown: plain(`${url.protocol}//${url.host}`), isUsable }];
}
