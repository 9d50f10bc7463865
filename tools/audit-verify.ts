import { loadConfig } from '@warmshift/config';
import { Database } from '@warmshift/db';
import { AuditVerifier, type ChainResult } from '@warmshift/suppliers';

const help = `npm run audit:verify [-- SUPPLIER-ID]

Recomputes the hash chain of the audit in the database of DATABASE_URL, for every supplier or for one. Names the first entry
of each chain that is missing or was changed, and then exits with 1. Write the printed hashes down elsewhere: whoever
can rewrite a whole chain cannot rewrite that.`;

async function main(): Promise<void> {
  const [supplierId] = process.argv.slice(2);
  if (supplierId === '--help') return void process.stdout.write(`${help}\n`);
  const config = loadConfig(process.env, { require: ['DATABASE_URL'] });
  const db = new Database({ url: config.database.url, poolSize: 1, scope: 'system' });
  try {
    const results = await new AuditVerifier(db).verify(supplierId);
    for (const result of results) process.stdout.write(`${lineOf(result)}\n`);
    if (results.length === 0) process.stdout.write('The audit is empty.\n');
    if (results.some(({ broken }) => broken !== undefined)) process.exitCode = 1;
  } finally {
    await db.close();
  }
}

function lineOf({ supplierId, entries, hash, broken }: ChainResult): string {
  const whose = supplierId === undefined ? 'no supplier' : `supplier ${supplierId}`;
  if (broken === undefined) return `${whose}: ${entries} entries hold, the last has the hash ${hash}`;
  const row = broken.id === undefined ? '' : ` (audit id ${broken.id})`;
  return `${whose}: entry ${broken.seq}${row} is ${broken.problem}; ${entries} entries before it hold`;
}

main().catch((error: unknown) => {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
});
