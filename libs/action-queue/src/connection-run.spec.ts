import { ConnectionRun, Lanes, type Advanced } from './connection-run';

interface Item {
  readonly actionId: string;
  readonly device: { readonly deviceId: string; readonly token: string; held(): boolean };
  readonly version: number;
}

const itemOf = (actionId: string): Item => ({
  actionId,
  device: { deviceId: actionId, token: '', held: () => true },
  version: 0,
});
const away: Advanced = { skipped: 'the vendor does not answer', vendorAway: true };
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** A connection with so many due actions, whose steps end as `outcome` says. */
class Scene {
  readonly due: string[];
  readonly stepped: string[] = [];
  readonly left: string[] = [];
  atOnce = 0;
  mostAtOnce = 0;
  claims = 0;
  stopped = false;
  dueWhenLeft: (actionId: string) => boolean = () => false;

  constructor(
    count: number,
    readonly outcome: (actionId: string) => Advanced | Promise<Advanced>,
    private readonly name = 'a',
  ) {
    this.due = Array.from({ length: count }, (_, index) => `${this.name}${index}`);
  }

  run(lanes = new Lanes(256)): ConnectionRun<Item> {
    return new ConnectionRun<Item>(
      {
        claim: async (limit) => {
          this.claims += 1;
          await turn();
          return { items: this.due.splice(0, limit).map(itemOf), more: this.due.length > 0 };
        },
        step: async ({ actionId }) => {
          this.atOnce += 1;
          this.mostAtOnce = Math.max(this.mostAtOnce, this.atOnce);
          this.stepped.push(actionId);
          await turn();
          this.atOnce -= 1;
          return this.outcome(actionId);
        },
        leave: async ({ actionId }) => {
          await turn();
          this.left.push(actionId);
          return this.dueWhenLeft(actionId);
        },
        stopped: () => this.stopped,
      },
      lanes,
    );
  }
}

describe('a run over what is due of a connection', () => {
  it('takes every step once, gives every device free, and asks a vendor that answers with more and more at once', async () => {
    const scene = new Scene(1_000, () => 'done');
    expect(await scene.run().untilDone()).toEqual({ taken: 1_000, vendorAway: false });
    expect(new Set(scene.stepped).size).toBe(1_000);
    expect(scene.left.length).toBe(1_000);
    expect(scene.mostAtOnce).toBeGreaterThan(100);
    expect(scene.mostAtOnce).toBeLessThanOrEqual(256);
    expect(scene.claims).toBeLessThan(50);
  });

  it('asks a vendor that does not answer with few, and leaves the rest', async () => {
    const scene = new Scene(100, () => away);
    expect(await scene.run().untilDone()).toEqual({ taken: 0, vendorAway: true });
    expect(scene.stepped.length).toBeLessThanOrEqual(20);
    expect(scene.left.length).toBe(scene.stepped.length);
  });

  it('gives every connection a lane, however many the others have', async () => {
    const lanes = new Lanes(8);
    const scenes = Array.from({ length: 30 }, (_, index) => new Scene(3, () => 'done', `c${index}-`));
    const turns = await Promise.all(scenes.map((scene) => scene.run(lanes).untilDone()));
    expect(turns.every(({ taken }) => taken === 3)).toBe(true);
    expect(lanes.inUse).toBe(0);
  });

  it('looks again when somebody says so, and when something waited for a device that was left', async () => {
    const scene: Scene = new Scene(1, (actionId) => {
      if (actionId === 'a0') {
        scene.due.push('told');
        run.lookAgain();
      }
      return 'done';
    });
    scene.dueWhenLeft = (actionId) => actionId === 'told' && scene.due.push('waited') > 0;
    const run = scene.run();
    await run.untilDone();
    expect(scene.stepped).toEqual(['a0', 'told', 'waited']);
  });

  it('does not turn in circles over an action that its step leaves as it was', async () => {
    const scene: Scene = new Scene(1, () => ({ skipped: 'nothing is due' }));
    scene.dueWhenLeft = (actionId) => scene.due.push(actionId) > 0;
    await scene.run().untilDone();
    expect(scene.stepped.length).toBeLessThanOrEqual(3);
    expect(scene.left.length).toBe(scene.stepped.length + 1);
  });

  it('begins nothing new once it is stopped, and waits for what is at work', async () => {
    const scene: Scene = new Scene(500, () => {
      scene.stopped = true;
      return 'done';
    });
    const { taken } = await scene.run().untilDone();
    expect(taken).toBe(scene.stepped.length);
    expect(taken).toBeLessThanOrEqual(32);
    expect(scene.left.length).toBe(taken);
  });

  it('fails when steps break, once all devices are free', async () => {
    const scene = new Scene(20, () => Promise.reject(new Error('Postgres is away')));
    await expect(scene.run().untilDone()).rejects.toThrow('Postgres is away');
    expect(scene.left.length).toBe(scene.stepped.length);
  });
});
