import type { Sql } from './database';

/** How far the clock of this process is from that of Postgres, real ms; above 0: this process is ahead. */
export async function clockSkewMs(sql: Sql): Promise<number> {
  const askedAt = Date.now();
  const [row] = await sql.rows<{ now: number }>('SELECT clock_timestamp() AS now');
  const answeredAt = Date.now();
  const now = row?.now ?? answeredAt;
  if (now < askedAt) return askedAt - now;
  return now > answeredAt ? answeredAt - now : 0;
}
