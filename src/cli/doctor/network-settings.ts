import { isSet } from '../../shared/is-set';
import type { Terminal } from '../terminal';
import { plain } from '../text';
import { type Finding, ok, warning } from './check';
import { isAtLeast } from './versions';

type Variables = Terminal['env'];

/** For requests over https; `fetch` takes neither `ALL_PROXY` nor a proxy by another name. */
const PROXIES = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy', 'ALL_PROXY', 'all_proxy'];
const BYPASSES = ['NO_PROXY', 'no_proxy'];

/** What the environment says of the way to the network. `node` is as in `process.versions.node`. */
export function checkNetworkSettings(env: Variables, node: string): Finding {
  if (env.NODE_TLS_REJECT_UNAUTHORIZED === '0') {
    return warning(
      'NODE_TLS_REJECT_UNAUTHORIZED is 0: certificates are not checked, so anybody on the way can read the tokens.',
      'Unset it, and give Node the certificate of your network with NODE_EXTRA_CA_CERTS.',
    );
  }
  const proxies = PROXIES.filter((name) => env[name]?.trim());
  const extra = env.NODE_EXTRA_CA_CERTS?.trim() ? ' NODE_EXTRA_CA_CERTS is set.' : '';
  if (proxies.length === 0) return ok(`No proxy is set in the environment.${extra}`);
  const named = proxies.map((name) => `${name} (${withoutCredentials(env[name] ?? '')})`).join(', ');
  const bypasses = BYPASSES.filter((name) => env[name]?.trim());
  const set = `${named} ${proxies.length > 1 ? 'are' : 'is'} set${bypasses.length > 0 ? `, and ${bypasses.join(', ')}` : ''}`;
  const canUse = isAtLeast(node, 24, 0) || (node.startsWith('22.') && isAtLeast(node, 22, 21));
  if (canUse && isSet(env.NODE_USE_ENV_PROXY)) return ok(`${set}; NODE_USE_ENV_PROXY lets fetch use it.${extra}`);
  return warning(
    `${set}, but the fetch of Node ${node} does not use it: requests go out directly.${extra}`,
    `${canUse ? 'Set NODE_USE_ENV_PROXY=1' : 'Set NODE_USE_ENV_PROXY=1 on Node 24 or later'}, or give createCodex() a \`fetch\` that goes through the proxy.`,
  );
}

/** Of a proxy's address only where it is: names and passwords often stand before it. */
function withoutCredentials(address: string): string {
  const text = address.trim();
  try {
    const url = new URL(text.includes('://') ? text : `http://${text}`);
    return plain(`${url.protocol}//${url.host}`);
  } catch {
    return 'not an address';
  }
}
