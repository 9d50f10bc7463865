import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { readAllowed } from './audit-dependencies/allowed-advisories';
import { readAuditReport } from './audit-dependencies/audit-report';
import { judge } from './audit-dependencies/judge';

const allowFile = '.ci/allowed-advisories.json';

const help = `npm run audit:dependencies

Asks the npm registry for known holes in the packages that run in production, and exits with 1 for one that is high or
critical. ${allowFile} lists those that were looked at and do no harm here: advisory, package, reason and the day on
which somebody must look again. An entry that is wrong, expired or not found any more fails too. Where the registry
offers no audit, that is said and does not fail.`;

async function main(): Promise<void> {
  if (process.argv.includes('--help')) return void process.stdout.write(`${help}\n`);
  const allowed = readAllowed(readFileSync(allowFile, 'utf8'), Date.now());
  const { ok, lines } = judge(readAuditReport(await npmAudit()), allowed);
  for (const line of lines) process.stdout.write(`${line}\n`);
  if (!ok) process.exitCode = 1;
}

/** @returns what it printed; its exit code says no more than that. */
async function npmAudit(): Promise<string> {
  const child = spawn('npm', ['audit', '--omit=dev', '--json'], { stdio: ['ignore', 'pipe', 'ignore'] });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  await once(child, 'close');
  return Buffer.concat(chunks).toString('utf8');
}

main().catch((error: unknown) => {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
});
