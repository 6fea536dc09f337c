/**
 * Opens a web address in the browser of the system. That it was started is all that can be known; on a machine without one
 * this rejects.
 */
export async function openSystemBrowser(url: string): Promise<void> {
  // Everything else would be started with whatever program the system has for it.
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) throw new TypeError('Not a web address.');
  const { open } = await import('./system-opener'); // one argument of one process, never a line for a shell
  const child = await open(url);
  child.on('error', () => {}); // what goes wrong later must not end our process
}
