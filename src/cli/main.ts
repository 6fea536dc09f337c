import { processTerminal } from './process-terminal';
import { runCli } from './run-cli';

const GRACE_MS = 500;

const code = await runCli(process.argv.slice(2), processTerminal());
process.exitCode ||= code; // a write that failed has set it already
// A pipe that was read from and is held open by its writer would hold this process, too.
process.stdin.destroy();
await Promise.all([process.stdout, process.stderr].map(flushed));
// A request may still be on its way, and somebody else's lock waited for; nobody is interested any more.
if (code > 128) process.exit();
else setTimeout(() => process.exit(), GRACE_MS).unref();

function flushed(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    if (stream.writable) stream.write('', () => resolve());
    else resolve();
  });
}
