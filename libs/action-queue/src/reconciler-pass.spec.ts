import { Pass } from './reconciler-pass';
import type { Advanced } from './action-advancer';
import type { DueAction } from './actions.repository';

const dueOf = (connectionId: string, count: number): DueAction[] =>
  Array.from({ length: count }, (_, index) => ({
    actionId: `${connectionId}-${index}`,
    connectionId,
    version: 0,
  }));
const away: Advanced = { skipped: 'the vendor does not answer', vendorAway: true };

/** Counts how many steps of each connection are under way at once. */
function watched(outcome: (action: DueAction) => Promise<Advanced> | Advanced) {
  const now = new Map<string, number>();
  const most = new Map<string, number>();
  const asked: string[] = [];
  const step = async (action: DueAction): Promise<Advanced> => {
    const { connectionId } = action;
    now.set(connectionId, (now.get(connectionId) ?? 0) + 1);
    most.set(connectionId, Math.max(most.get(connectionId) ?? 0, now.get(connectionId)!));
    asked.push(action.actionId);
    await new Promise((resolve) => setImmediate(resolve));
    now.set(connectionId, now.get(connectionId)! - 1);
    return outcome(action);
  };
  return { step, most, asked };
}

describe('a pass of the reconciler', () => {
  it('takes every step once, and asks a vendor that answers with more and more at once', async () => {
    const { step, most, asked } = watched(() => 'done');
    const pass = new Pass();
    await pass.run(dueOf('a', 500), step);
    expect(pass.taken).toBe(500);
    expect(new Set(asked).size).toBe(500);
    expect(most.get('a')).toBeGreaterThan(100);
    expect(most.get('a')).toBeLessThanOrEqual(256);
  });

  it('asks one that does not answer with few, and leaves the rest of its steps', async () => {
    const { step, asked } = watched(({ connectionId }) => (connectionId === 'dead' ? away : 'done'));
    const pass = new Pass();
    await pass.run([...dueOf('dead', 100), ...dueOf('alive', 100)], step);
    expect(asked.filter((id) => id.startsWith('dead')).length).toBeLessThanOrEqual(10);
    expect(pass.taken).toBe(100);
    expect(pass.awayConnections()).toEqual(['dead']);
  });

  it('gives every connection a lane, however many the others have', async () => {
    const connections = Array.from({ length: 300 }, (_, index) => `c${index}`);
    const { step } = watched(() => 'done');
    const pass = new Pass();
    await pass.run(
      connections.flatMap((connectionId) => dueOf(connectionId, 3)),
      step,
    );
    expect(pass.taken).toBe(900);
  });

  it('fails when steps break, and leaves none of them unheard', async () => {
    const { step } = watched(() => Promise.reject(new Error('Postgres is away')));
    await expect(new Pass().run(dueOf('a', 20), step)).rejects.toThrow('Postgres is away');
  });
});
