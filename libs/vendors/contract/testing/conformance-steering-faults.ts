import { VendorAuthExpired, VendorError, VendorRateLimited, VendorUnavailable } from '../src';
import type { ConformanceBench } from './conformance-bench';
import { vendorErrorOf } from './conformance-bench';
import { allowedAction } from './conformance-action';
import type { ConformanceFault } from './conformance-harness';

const loud: readonly ConformanceFault[] = [
  'http-500',
  'rate-limited',
  'connection-reset',
  'expired-credentials',
];

/** Writing side: whatever goes wrong, the device ends as its customer wants it. */
export function steeringFaultRules(bench: ConformanceBench): void {
  const claims = bench.claims();
  const under = (
    fault: ConformanceFault,
    title: string,
    check: (
      action: Awaited<ReturnType<typeof allowedAction>>,
      requests: () => Promise<number>,
    ) => Promise<void>,
  ): void => {
    if (!bench.harness.supports(fault)) return;
    it.each(claims)(`${fault}: ${title} ($direction of $zone)`, async (claim) => {
      const action = await allowedAction(bench, await bench.connected(), claim);
      await bench.double.switchOn(fault);
      const before = await bench.double.requests();
      await check(action, async () => (await bench.double.requests()) - before);
      await bench.double.reset();
      expect((await action.restore()).end).not.toBe('write');
      expect(await bench.double.isSteered(action.device.vendorDeviceId)).toBe(false);
    });
  };

  for (const fault of loud) {
    under(
      fault,
      'a command fails with a typed error and is not sent again by itself',
      async (action, requests) => {
        const error = await vendorErrorOf(action.send());
        expect(error).toBeInstanceOf(VendorError);
        if (fault === 'rate-limited') expect(error).toBeInstanceOf(VendorRateLimited);
        if (fault === 'expired-credentials') expect(error).toBeInstanceOf(VendorAuthExpired);
        if (fault === 'http-500' || fault === 'connection-reset')
          expect(error).toBeInstanceOf(VendorUnavailable);
        expect(await requests()).toBeLessThanOrEqual(fault === 'expired-credentials' ? 6 : 2);
        expect(await bench.double.isSteered(action.device.vendorDeviceId)).toBe(false);
      },
    );
  }

  under(
    'lost-response',
    'says that the command may have arrived, and shows it when asked',
    async (action) => {
      expect(await vendorErrorOf(action.send())).toMatchObject({ retry: 'later', sent: true });
      await bench.double.reset();
      expect(await action.comparisonAfterSend()).toBe('applied');
      expect(await bench.double.isSteered(action.device.vendorDeviceId)).toBe(true);
    },
  );

  under('not-applied', 'a success without effect is not taken for one', async (action) => {
    await action.send();
    expect(await action.comparisonAfterSend()).not.toBe('applied');
    expect(await bench.double.isSteered(action.device.vendorDeviceId)).toBe(false);
  });

  under('applied-late', 'a late effect is seen in the end', async (action) => {
    await action.send();
    expect(await action.comparisonAfterSend()).toBe('applied');
  });

  under('empty-reply', 'an answer without words counts as accepted', async (action) => {
    await action.send();
    expect(await action.comparisonAfterSend()).toBe('applied');
  });

  under('revoked-sessions', 'a session that ended is renewed on the way', async (action) => {
    await action.send();
    expect(await action.comparisonAfterSend()).toBe('applied');
  });

  under('html-body', 'a page of HTML is never taken for proof', async (action) => {
    await action.send().catch((error: unknown) => expect(error).toBeInstanceOf(VendorError));
    await vendorErrorOf(action.steering.readState(action.device, 'steer'));
  });
}
