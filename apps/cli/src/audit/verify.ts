import { loadConfig } from '@warmshift/config';
import { Database } from '@warmshift/db';
import { AuditVerifier, type ChainResult } from '@warmshift/suppliers';
import { Refused } from '../errors';
import type { Screen } from '../screen';

/**
 * Recomputes the hash chains of the audit in the database of `DATABASE_URL`. It reads the rows itself: a service that is
 * not to be trusted could show others.
 * @throws Refused when a chain does not hold; ConfigError without a database.
 */
export async function verifyAudit(supplierId: string | undefined, screen: Screen): Promise<void> {
  const config = loadConfig(undefined, { require: ['DATABASE_URL'] });
  const db = new Database({ url: config.database.url, poolSize: 1, scope: 'system' });
  try {
    const chains = await new AuditVerifier(db).verify(supplierId);
    const broken = chains.filter((chain) => chain.broken !== undefined).length;
    if (screen.json) screen.document({ holds: broken === 0, chains });
    else if (chains.length === 0) screen.note('The audit is empty.');
    else for (const chain of chains) screen.print(lineOf(chain));
    if (broken > 0) throw new Refused(`${broken} of ${chains.length} chains of the audit do not hold`);
  } finally {
    await db.close();
  }
}

/** `supplier …: entry 7 (audit id 12) is changed; 6 entries before it hold` */
export function lineOf({ broken, entries, hash, supplierId }: ChainResult): string {
  const whose = supplierId === undefined ? 'no supplier' : `supplier ${supplierId}`;
  if (broken === undefined) return `${whose}: ${entries} entries hold, the last has the hash ${hash}`;
  const row = broken.id === undefined ? '' : ` (audit id ${broken.id})`;
  return `${whose}: entry ${broken.seq}${row} is ${broken.problem}; ${entries} entries before it hold`;
}
