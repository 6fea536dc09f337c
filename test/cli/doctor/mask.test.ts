import { expect, it } from 'vitest';
import { Mask } from '../../../src/cli/doctor/mask';

const mask = new Mask(['/root', '/srv/people/jane.d/']);

it.each<[string, string]>([
  ['/root', '~'],
  ['from /root/.x/auth.json.', 'from ~/.x/auth.json.'],
  ['"/root"', '"~"'],
  ['file:///root/x', 'file://~/x'],
  ['It is in /root.', 'It is in ~.'],
  ['/srv/people/jane.d/auth.json', '~/auth.json'],
  // No home of ours.
  ['/rootless/x', '/rootless/x'],
  ['/root.old/x', '/root.old/x'],
  ['/srv/root/x', '/srv/root/x'],
  ['https://a.test/root/x', 'https://a.test/root/x'],
  // Homes of others.
  ['/home/bob/x', '/home/.../x'],
  ['(/Users/bob)', '(/Users/...)'],
  ['file:///home/bob/x', 'file:///home/.../x'],
  ['file:///C:/Users/Jane/x', 'file:///C:/Users/.../x'],
  ['/mnt/c/Users/jane/x', '/mnt/c/Users/.../x'],
  ['/c/Users/jane/x', '/c/Users/.../x'],
  ['C:\\Users\\Jane Doe\\.x\\auth.json', 'C:\\Users\\...\\.x\\auth.json'],
  ['in C:\\Users\\jane and elsewhere', 'in C:\\Users\\... and elsewhere'],
  ['C:/Users/jane/x', 'C:/Users/.../x'],
  ['path:/home/bob/x', 'path:/home/.../x'],
  // Addresses of people.
  ['jane.doe@mail.example.com', 'j...@m....com'],
  ['as jane.doe@corp (plus)', 'as j...@c... (plus)'],
  ['jane@corp.', 'j...@c....'],
])('%j is shown as %j', (text, shown) => {
  expect(mask.apply(text)).toBe(shown);
});

it('cuts ids short that it was told of', () => {
  mask.learn('acct-123456', 'short', undefined);
  expect(mask.apply('acct-123456 short')).toBe('acct-1... short');
});
