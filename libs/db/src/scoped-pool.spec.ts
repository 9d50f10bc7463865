import { Client } from 'pg';
import { ScopedPool } from './scoped-pool';

describe(ScopedPool, () => {
  it('lives on when a connection breaks while it is handed out', async () => {
    const pool = new ScopedPool({}, 'system');
    const client = new Client();
    pool.emit('connect', client);
    expect(() => client.emit('error', new Error('Connection terminated unexpectedly'))).not.toThrow();
    await pool.end();
  });
});
