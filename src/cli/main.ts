import { processTerminal } from './process-terminal';
import { runCli } from './run-cli';

const code = await runCli(process.argv.slice(2), processTerminal());
process.exitCode ||= code; // a write that failed has set it already
// A pipe that was read from and is held open by its writer would hold this process, too.
process.stdin.destroy();
// After Ctrl-C a request may still be on its way; nobody waits for it.
if (code > 128) process.exit();
