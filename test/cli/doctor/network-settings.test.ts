import { expect, it } from 'vitest';
import { checkNetworkSettings } from '../../../src/cli/doctor/network-settings';

type Env = Record<string, string>;

const look = (env: Env, node = '24.5.0', execArgv: string[] = []) => checkNetworkSettings(env, { node, execArgv });

const PROXY = 'http://proxy.example:3128';

it.each<[string, Env, string, string[]]>([
  ['the variable', { HTTPS_PROXY: PROXY, NODE_USE_ENV_PROXY: '1' }, '24.0.0', []],
  ['the variable of Node 22', { http_proxy: PROXY, NODE_USE_ENV_PROXY: '1' }, '22.21.0', []],
  ['the flag', { https_proxy: PROXY }, '24.5.0', ['--use-env-proxy']],
  ['the flag in NODE_OPTIONS', { https_proxy: PROXY, NODE_OPTIONS: '--no-warnings  --use-env-proxy' }, '24.5.0', []],
])('a proxy that fetch uses by %s is fine', (_name, env, node, execArgv) => {
  const { state, message, next } = look(env, node, execArgv);
  expect([state, next]).toEqual(['ok', undefined]);
  expect(message).toMatch(/\(http:\/\/proxy\.example:3128\) is set; \S+ lets fetch use it\./);
});

it.each<[string, Env, string]>([
  ['nothing else', { HTTPS_PROXY: PROXY }, '24.5.0'],
  ['a variable that says something else', { HTTPS_PROXY: PROXY, NODE_USE_ENV_PROXY: 'true' }, '24.5.0'],
  ['a Node that knows no such variable', { HTTPS_PROXY: PROXY, NODE_USE_ENV_PROXY: '1' }, '20.19.0'],
  ['a flag of another name', { HTTPS_PROXY: PROXY, NODE_OPTIONS: '--use-env-proxy-x' }, '24.5.0'],
])('a proxy with %s is not used', (_name, env, node) => {
  expect(look(env, node)).toMatchObject({
    state: 'warning',
    message: expect.stringMatching(/does not use it: requests go out directly/),
    next: expect.stringContaining('NODE_USE_ENV_PROXY=1'),
  });
});

it.each<[string, Env, string]>([
  ['ALL_PROXY', { ALL_PROXY: PROXY }, 'ALL_PROXY (http://proxy.example:3128)'],
  ['a socks proxy', { HTTPS_PROXY: 'socks5://proxy.example:1080' }, 'HTTPS_PROXY (socks5://proxy.example:1080)'],
])('%s is used by no fetch, whatever is set beside it', (_name, env, shown) => {
  expect(look({ ...env, NODE_USE_ENV_PROXY: '1' })).toMatchObject({
    state: 'warning',
    message: `${shown} is set, but no fetch of Node uses such a proxy: requests go out directly.`,
    next: expect.stringContaining('HTTPS_PROXY'),
  });
  const both = look({ ...env, http_proxy: PROXY, NODE_USE_ENV_PROXY: '1' });
  expect([both.state, both.message.includes(`No fetch of Node uses ${shown}.`)]).toEqual(['ok', true]);
});

it.each([
  'http://jane:12#hunter2@proxy',
  'http://jane:12?hunter2@proxy',
  'http://jane:12/hunter2@proxy',
  'http://a:b@jane:12#hunter2@proxy',
  'jane:hunter2',
  'http://jane:hunter2',
  '://hunter2',
])('of %j nothing is shown', (value) => {
  const { message } = look({ HTTPS_PROXY: value });
  expect(message).toContain('HTTPS_PROXY (set, not an address)');
  expect(message).not.toMatch(/jane|hunter2/);
});

it('shows no name and no password of a proxy', () => {
  expect(look({ HTTPS_PROXY: 'jane:hunter2@proxy.example:1' }).message).toContain('(http://proxy.example:1)');
});

it('warns of certificates that are not checked before all else', () => {
  expect(look({ HTTPS_PROXY: PROXY, NODE_TLS_REJECT_UNAUTHORIZED: '0' }).message).toMatch(/certificates/);
});
