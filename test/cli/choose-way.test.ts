import { expect, it } from 'vitest';
import { chooseWay } from '../../src/cli/choose-way';

const at = (env: Record<string, string>, platform: NodeJS.Platform = 'linux', isContainer = false) =>
  chooseWay(undefined, { env, platform, isContainer: () => isContainer });

it.each<[string, ReturnType<typeof at>]>([
  ['a desktop', at({ DISPLAY: ':0' })],
  ['Wayland', at({ WAYLAND_DISPLAY: 'wayland-0' })],
  ['a container with a display', at({ DISPLAY: ':0' }, 'linux', true)],
  ['WSL', at({ WSL_DISTRO_NAME: 'Debian' })],
  ['macOS', at({}, 'darwin')],
  ['Windows', at({}, 'win32')],
  ['CI that is switched off', at({ CI: 'false', DISPLAY: ':0' })],
])('chooses the browser on %s', (_name, choice) => {
  expect(choice).toEqual({ way: 'browser' });
});

it.each<[string, ReturnType<typeof at>]>([
  ['this is an SSH session', at({ SSH_CONNECTION: 'x', DISPLAY: ':10.0' })],
  ['this is an SSH session', at({ SSH_TTY: '/dev/ttys001' }, 'darwin')],
  ['this runs in CI', at({ CI: '1' }, 'win32')],
  ['this machine has no display', at({})],
  ['this container has no display', at({}, 'linux', true)],
])('chooses a device code because %s', (reason, choice) => {
  expect(choice).toEqual({ way: 'device', reason });
});

it('does what it was asked to', () => {
  for (const way of ['browser', 'device', 'paste'] as const) {
    const surroundings = { env: { SSH_TTY: 'x' }, platform: 'linux', isContainer: () => true } as const;
    expect(chooseWay(way, surroundings)).toEqual({ way });
  }
});
