import type { ConformanceBench } from './conformance-bench';
import { refOf } from './conformance-bench';
import { allowedAction, ConformanceAction, deepFrozen, roundTrip } from './conformance-action';

/** Snapshot, command, read-back, restore; the customer's hand; what must be refused. */
export function steeringRules(bench: ConformanceBench): void {
  const claims = bench.claims();

  it.each(claims)('steers and gives back: $direction of $zone', async (claim) => {
    const connection = await bench.connected();
    const action = await allowedAction(bench, connection, claim);
    const { vendorDeviceId } = action.device;
    await action.send();
    expect(await action.comparisonAfterSend()).toBe('applied');
    expect(await bench.double.isSteered(vendorDeviceId)).toBe(true);
    const { end, writes } = await action.restore();
    expect({ end, writes }).toEqual({ end: 'restored', writes: 1 });
    expect(await bench.double.isSteered(vendorDeviceId)).toBe(false);
    const state = await action.steering.readState(action.device, 'restore');
    const now = bench.double.clock.now();
    expect(action.steering.compare(action.sent(), action.snapshot, state, now)).not.toBe('applied');
    expect(connection.context.taken.filter((purpose) => purpose === 'restore').length).toBeGreaterThan(0);
  });

  it.each(claims)('decides by its inputs alone and saves as JSON: $direction of $zone', async (claim) => {
    const connection = await bench.connected();
    const { steering, intent, snapshot, command } = await allowedAction(bench, connection, claim);
    const now = bench.double.clock.now();
    const decide = () => steering.commandFor(deepFrozen(intent), deepFrozen(snapshot), now);
    expect(decide()).toEqual(decide());
    expect(steering.stateSchema.parse(roundTrip(snapshot))).toEqual(roundTrip(snapshot));
    expect(steering.commandSchema.parse(roundTrip(command))).toEqual(roundTrip(command));
    expect(steering.commandFor(intent, roundTrip(snapshot), now)).toEqual(decide());
    expect(roundTrip(command)).toEqual(command);
    for (const secret of bench.secrets()) expect(JSON.stringify([snapshot, command])).not.toContain(secret);
  });

  it.each(claims)('sends again without harm: $direction of $zone', async (claim) => {
    const action = await allowedAction(bench, await bench.connected(), claim);
    await action.send();
    await action.send();
    expect(await action.comparisonAfterSend()).toBe('applied');
    expect((await action.restore()).end).toBe('restored');
    expect(await bench.double.isSteered(action.device.vendorDeviceId)).toBe(false);
  });

  it.each(claims)(
    'never writes over what the customer chose meanwhile: $direction of $zone',
    async (claim) => {
      const connection = await bench.connected();
      const action = await allowedAction(bench, connection, claim);
      const { vendorDeviceId } = action.device;
      await action.send();
      expect(await action.comparisonAfterSend()).toBe('applied');
      await bench.double.customerSets(vendorDeviceId, claim.direction === 'decrease' ? 23.5 : 17.5);
      await bench.double.advance(60_000);
      const { end } = await action.restore();
      expect(['overridden', 'restored']).toContain(end);
      expect(await bench.double.isSteered(vendorDeviceId)).toBe(false);
    },
  );

  describe('after a restore of which nobody knows whether it arrived', () => {
    const steered = async (claim: (typeof claims)[number]) => {
      const action = await allowedAction(bench, await bench.connected(), claim);
      await action.send();
      expect(await action.comparisonAfterSend()).toBe('applied');
      return action;
    };
    const untilOver = (action: ConformanceAction) =>
      bench.double.advance(Math.max(0, action.intent.span.endsAt - bench.double.clock.now()));

    it.each(claims)(
      'writes while ours is there, and not once it is gone: $direction of $zone',
      async (claim) => {
        const action = await steered(claim);
        expect(await action.restoreDecisions()).toEqual({ never: 'write', inDoubt: 'write', sent: 'write' });
        await action.giveBackUnheard();
        expect(await action.restoreDecisions()).toMatchObject({ inDoubt: 'restored', sent: 'restored' });
        expect(await action.restore()).toEqual({ end: 'restored', writes: 0 });
        expect(await bench.double.isSteered(action.device.vendorDeviceId)).toBe(false);
      },
    );

    it.each(claims)('gives back what never left: $direction of $zone', async (claim) => {
      const action = await steered(claim);
      action.lastRestore = 'in_doubt';
      expect(await action.restore()).toEqual({ end: 'restored', writes: 1 });
      expect(await bench.double.isSteered(action.device.vendorDeviceId)).toBe(false);
    });

    it.each(claims)('writes once more at most when the span is over: $direction of $zone', async (claim) => {
      const action = await steered(claim);
      await action.giveBackUnheard();
      await untilOver(action);
      expect(await action.restoreDecisions()).toMatchObject({ sent: 'restored' });
      const { end, writes } = await action.restore();
      expect(end).toBe('restored');
      expect(writes).toBeLessThanOrEqual(1);
    });
  });

  it('says restored, and writes nothing new, when asked again after the end', async () => {
    for (const claim of claims) {
      const action = await allowedAction(bench, await bench.connected(), claim);
      await action.send();
      await action.comparisonAfterSend();
      await action.restore();
      await bench.double.advance(60_000);
      expect(await action.restoreDecision()).toEqual({ kind: 'restored' });
    }
  });

  it('refuses, with a sentence, every device that must not be steered', async () => {
    const { listing, adapter } = await bench.connected();
    const { steering } = adapter;
    const barred = (await bench.double.devices()).filter(({ mustRefuse }) => mustRefuse !== undefined);
    for (const { vendorDeviceId, zones } of barred.slice(0, 20)) {
      const listed = listing.devices.find((device) => device.vendorDeviceId === vendorDeviceId);
      if (listed === undefined || steering === undefined || !listed.vendorControl) continue;
      for (const { zone, direction } of claims.filter((claim) => zones.includes(claim.zone))) {
        const aim = { zone, direction, customerC: undefined };
        const { decision } = await ConformanceAction.on(bench, steering, refOf(listed), aim);
        expect([vendorDeviceId, decision.kind]).toEqual([vendorDeviceId, 'refuse']);
        expect(decision).toMatchObject({ reason: expect.stringMatching(/^[A-Z].{10,}\.$/) as string });
      }
    }
  });

  if (bench.harness.takesNoLimit === true) return;
  it.each(claims)(
    'refuses a limit that would change nothing or go the wrong way: $direction of $zone',
    async (claim) => {
      const action = await allowedAction(bench, await bench.connected(), claim, 'setpoint-known');
      const away = claim.direction === 'decrease' ? 6 : -6;
      const intent = { ...action.intent, limitC: action.intent.limitC + away };
      const decision = action.steering.commandFor(intent, action.snapshot, bench.double.clock.now());
      expect(decision.kind).toBe('refuse');
    },
  );
}
