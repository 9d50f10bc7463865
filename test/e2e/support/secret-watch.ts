import { Redis } from 'ioredis';
import { SecretBox } from '@warmshift/security';
import type { TestDatabase, TestRedis } from '../../support';
import type { Installation } from './installation';

/** Collects everything that others may read, to look for secrets in it. */
export class SecretWatch {
  private redis: Redis | undefined;
  private redisCommands = '';
  private tables = '';

  constructor(
    private readonly installation: Installation,
    private readonly database: TestDatabase,
    private readonly testRedis?: TestRedis | undefined,
  ) {}

  /** From now on every row of the outbox is kept, and every command that Redis gets. */
  async start(): Promise<void> {
    await this.database.query(`
      CREATE TABLE outbox_seen (row text);
      CREATE FUNCTION see_outbox() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN INSERT INTO outbox_seen VALUES (NEW::text); RETURN NULL; END $$;
      CREATE TRIGGER see_outbox AFTER INSERT ON outbox FOR EACH ROW EXECUTE FUNCTION see_outbox();`);
    if (!this.testRedis) return;
    const asking = new Redis(this.testRedis.url); // `monitor` is a second connection
    this.redis = await asking.monitor();
    asking.disconnect();
    this.redis.on(
      'monitor',
      (_time: string, args: string[]) => (this.redisCommands += `${args.join(' ')}\n`),
    );
  }

  /** Reads every row of every table, the queue's among them. */
  async look(): Promise<void> {
    const tables = await this.database.query<{ name: string }>(
      `SELECT format('%I.%I', n.nspname, c.relname) AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE c.relkind = 'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema')`,
    );
    for (const { name } of tables) {
      const rows = await this.database.query<{ text: string }>(`SELECT t::text AS text FROM ${name} t`);
      this.tables += `${name}\n${rows.map(({ text }) => text).join('\n')}\n`;
    }
  }

  /** Everything that must never be seen, by name: what was typed in, and what the vendors gave out on the way. */
  async secrets(): Promise<Record<string, string>> {
    const { adminKey, secretsKey } = this.installation;
    const secrets: Record<string, string> = { adminKey, secretsKey };
    for (const { vendor, credentials } of await this.installation.vendors())
      for (const [field, value] of Object.entries(credentials))
        if (field !== 'clientId' && field !== 'email') secrets[`${vendor}.${field}`] = value;
    const box = new SecretBox({ version: 'v1', key: Buffer.from(secretsKey, 'base64') });
    const tokens = await this.database.query<{ id: string; vendor: string; token: string }>(
      `SELECT connection_id AS id, vendor, token FROM connection_runtime JOIN connections ON id = connection_id
       WHERE token IS NOT NULL`,
    );
    for (const { id, vendor, token } of tokens)
      secrets[`${vendor} token`] = box.open(token, `connection/${id}/token`);
    return secrets;
  }

  async places(): Promise<Record<string, string>> {
    const outbox = await this.database.query<{ row: string }>('SELECT row FROM outbox_seen');
    return {
      logs: this.installation.logs,
      answers: this.installation.answers.join('\n'),
      outbox: outbox.map(({ row }) => row).join('\n'),
      database: this.tables,
      ...(this.redis ? { redis: this.redisCommands } : {}),
    };
  }

  stop(): void {
    this.redis?.disconnect();
  }
}
