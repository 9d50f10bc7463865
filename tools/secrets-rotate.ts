import { ConfigError, loadConfig } from '@warmshift/config';
import { Database } from '@warmshift/db';
import { SecretBox } from '@warmshift/security';
import { SecretsRotation } from './secrets/secrets-rotation';

const help = `npm run secrets:rotate

Seals every stored secret with the first key of SECRETS_KEY, while the service runs. Before it, give all processes both keys
(first SECRETS_KEY=v1:OLD,v2:NEW everywhere, then v2:NEW,v1:OLD everywhere); after it ended with 0, v1 can be removed.`;

async function main(): Promise<void> {
  const [option] = process.argv.slice(2);
  if (option !== undefined) return void process.stdout.write(`${help}\n`);
  const config = loadConfig(process.env, { require: ['DATABASE_URL', 'SECRETS_KEY'] });
  const db = new Database({ url: config.database.url, poolSize: 1, scope: 'system' });
  const box = new SecretBox(...config.security.secretsKeys);
  try {
    for (const { place, resealed, unreadable } of await new SecretsRotation(db, box).run()) {
      process.stdout.write(`${place}: ${resealed} sealed with ${box.currentVersion}\n`);
      for (const { id, reason } of unreadable) {
        process.stdout.write(`  ${id} cannot be opened: ${reason}\n`);
        process.exitCode = 1;
      }
    }
  } finally {
    await db.close();
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof ConfigError ? error.message : (error as Error).stack}\n`);
  process.exitCode = 1;
});
