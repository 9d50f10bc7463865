import { Client } from 'pg';
import './global-setup';

export default async function tearDown(): Promise<void> {
  const servers = globalThis.warmshiftTestServers;
  if (!servers) return;
  const client = new Client({ connectionString: servers.adminUrl });
  await client.connect();
  await client.query(`DROP DATABASE IF EXISTS ${servers.template} WITH (FORCE)`);
  await client.end();
  for (const server of servers.started) await server.stop();
}
