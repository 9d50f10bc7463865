import { Pool, type PoolClient, type PoolConfig } from 'pg';
import { sessionStatements, type DatabaseScope } from './scope';

type Callback = (
  error: Error | undefined,
  client: PoolClient | undefined,
  done: (release?: unknown) => void,
) => void;

/**
 * Hands out connections that are in the scope of the asker. A connection remembers its scope, so a further statement of the
 * same supplier costs nothing; another supplier's costs one round trip.
 */
export class ScopedPool extends Pool {
  private readonly present = new WeakMap<PoolClient, string>();

  constructor(
    config: PoolConfig,
    private readonly scope: DatabaseScope,
  ) {
    super(config);
    // The pool listens only to idle connections. One that breaks while it is handed out, the scope not yet set, would end the process;
    // whoever asks it next is told.
    this.on('connect', (client) => client.on('error', () => undefined));
  }

  override connect(): Promise<PoolClient>;
  override connect(callback: Callback): void;
  override connect(callback?: Callback): Promise<PoolClient> | void {
    const client = this.inScope();
    if (callback === undefined) return client;
    client.then(
      (ready) => callback(undefined, ready, (error) => ready.release(error as Error | undefined)),
      (error: Error) => callback(error, undefined, () => undefined),
    );
  }

  private async inScope(): Promise<PoolClient> {
    const wanted = sessionStatements(this.scope);
    const client = await super.connect();
    if (this.present.get(client) === wanted) return client;
    try {
      this.present.delete(client);
      await client.query(wanted);
      this.present.set(client, wanted);
      return client;
    } catch (error) {
      // In an unknown scope nobody may have it.
      client.release(error as Error);
      throw error;
    }
  }
}
