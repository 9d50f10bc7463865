import { minuteMs } from '@warmshift/domain';
import { steerableVendors, type SteerableVendor } from '../sandbox-control';
import { between, oneOf, realPause, until, type Attack, type Scene } from './attack';

/** The trouble ends so many real ms after the window, so that giving back has to live with it. */
const afterwardsMs = { from: 3_000, to: 15_000 };
const overriddenShare = 0.05;

export const vendorDown: Attack = {
  name: 'vendor-down',
  what: 'one vendor or all of them are down from within the window until 3 to 15 s after it',
  async perform(scene) {
    const { window, random, installation } = scene;
    const victims = random() < 0.5 ? steerableVendors : [oneOf(random, steerableVendors)];
    const fault = oneOf(random, ['http-500', 'connection-reset']);
    const lengthRealMs = installation.clock.realMs(window.endsAt - window.startsAt);
    await until(scene, window.startsAt, between(random, lengthRealMs / 3, lengthRealMs - 1_000));
    await switched(scene, victims, fault, {});
    scene.say(`${victims.join(', ')} down (${fault})`);
    return endAfterWindow(scene, victims, fault);
  },
};

export const responsesLost: Attack = {
  name: 'responses-lost',
  what: '30 % of the writes take effect and are never answered',
  perform: (scene) => shareOfWrites(scene, 'lost-response', 0.3),
};

export const notApplied: Attack = {
  name: 'not-applied',
  what: '20 % of the writes are answered as a success and have no effect',
  perform: (scene) => shareOfWrites(scene, 'not-applied', 0.2),
};

async function shareOfWrites(scene: Scene, fault: string, share: number): Promise<number> {
  await switched(scene, steerableVendors, fault, { share });
  scene.say(`${share * 100} % ${fault}`);
  return endAfterWindow(scene, steerableVendors, fault);
}

export const rateLimited: Attack = {
  name: 'rate-limited',
  what: 'storms of 429: every few seconds most requests are refused, until 3 to 15 s after the window',
  ownPace: true,
  windowMs: 30 * minuteMs, // in less than that so slow a pace reaches too few devices
  async perform(scene) {
    const { random, window, installation } = scene;
    await until(scene, window.startsAt, -1_000);
    const stopAt = window.endsAt + installation.clock.virtualMs(between(random, 3_000, 15_000));
    while (installation.clock.now() < stopAt) {
      const share = between(random, 0.5, 0.95);
      await switched(scene, steerableVendors, 'rate-limited', {
        share,
        retryAfterS: oneOf(random, [1, 5, 30]),
      });
      await realPause(between(random, 2_000, 5_000));
      await switchedOff(scene, steerableVendors, 'rate-limited');
      await realPause(between(random, 500, 2_000));
    }
    scene.say('the storms are over');
    return Date.now();
  },
};

export const tokensRevoked: Attack = {
  name: 'tokens-revoked',
  what: 'tokens and sessions are revoked half-way and at the end of the window; new ones can be had',
  async perform(scene) {
    const { window, random } = scene;
    await until(scene, (window.startsAt + window.endsAt) / 2, between(random, -3_000, 3_000));
    await revoke(scene);
    await until(scene, window.endsAt, between(random, -500, 1_500));
    await revoke(scene);
    return Date.now();
  },
};

async function revoke(scene: Scene): Promise<void> {
  await switched(scene, ['heatingcontrol', 'istabai'], 'revoked-sessions', {});
  scene.say('tokens revoked');
}

export const customersOverride: Attack = {
  name: 'customers-override',
  what: 'customers of 5 % of the devices turn the dial of a heater that is being steered',
  async perform(scene) {
    const { window, random, installation } = scene;
    const { sandbox } = installation;
    const lengthRealMs = installation.clock.realMs(window.endsAt - window.startsAt);
    await until(scene, window.startsAt, between(random, lengthRealMs / 3, lengthRealMs - 2_000));
    const wanted = Math.ceil((await sandbox.devices()).length * overriddenShare);
    // What a heat pump's customer sets is apart from the schedule that steers it.
    const candidates = (await sandbox.steeredNow()).filter((key) => !key.startsWith('nox/'));
    const customers = shuffled(candidates, random).slice(0, wanted);
    for (const key of customers) await sandbox.override(key, oneOf(random, [24.5, 25, 25.5]));
    scene.say(`${customers.length} customers turned the dial`);
    return Date.now();
  },
};

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  return items
    .map((item) => ({ item, order: random() }))
    .sort((a, b) => a.order - b.order)
    .map(({ item }) => item);
}

async function endAfterWindow(
  scene: Scene,
  victims: readonly SteerableVendor[],
  fault: string,
): Promise<number> {
  const { window, random } = scene;
  await until(scene, window.endsAt, between(random, afterwardsMs.from, afterwardsMs.to));
  await switchedOff(scene, victims, fault);
  scene.say(`${fault} is over`);
  return Date.now();
}

async function switched(
  { installation: { sandbox }, random }: Scene,
  victims: readonly SteerableVendor[],
  fault: string,
  extra: Record<string, number>,
): Promise<void> {
  const seed = Math.floor(random() * 1_000_000);
  for (const vendor of victims) await sandbox.switchOn(vendor, fault, { seed, ...extra });
}

async function switchedOff(
  { installation: { sandbox } }: Scene,
  victims: readonly SteerableVendor[],
  fault: string,
): Promise<void> {
  for (const vendor of victims) await sandbox.switchOff(vendor, fault);
}
