import type { Clock } from '@warmshift/config';
import type { Device, Operator, Order, Plan, Report } from './operator';
import type { SandboxTruth } from './sandbox-truth';
import { ProgressLine, table } from '@warmshift/terminal';
import { bar, kw, wall } from './text';
import { verdict, type Check, type SlotResult } from './verdict';

const minuteMs = 60_000;
const slotMs = 15 * minuteMs;
/** The evening peak that is steered. */
const windowMs = 60 * minuteMs;
/** From the order to the window, at least: time for plan and schedules. */
const noticeMs = 10 * minuteMs;
const longestNoticeMs = 80 * minuteMs;
/** So long readings are wanted before a plan: heaters have to be seen to start and stop, else a promise rests on guesses. */
const observeMs = 45 * minuteMs;
/** Share of what the fleet could promise that the order asks for. */
const askedShare = 0.7;
/**
 * Not its heat pumps: how often they have started since midnight nobody knows who connected them in the afternoon. The rules assume as many
 * starts as busy ones make and leave those with a limit alone until midnight; asking for none of them says so from the start.
 */
const steeredKinds: NonNullable<Order['selection']> = {
  kinds: ['heater', 'storage_heater', 'room_thermostat'],
};
/** Real ms that a step may take before the demo gives up. */
const patienceMs = 90_000;
const lookEveryMs = 250;

export interface EveningTools {
  /** Connecting vendors is an administrator's work. */
  readonly admin: Operator;
  readonly operator: Operator;
  readonly truth: SandboxTruth;
  readonly clock: Clock;
  readonly out: NodeJS.WriteStream;
}

/** One evening of an operator: the fleet, a preview, a campaign, its progress, its report, the verdict. */
export class Evening {
  private readonly beganAt: number;

  constructor(private readonly tools: EveningTools) {
    this.beganAt = tools.clock.now();
  }

  async run(): Promise<Check[]> {
    await this.connect();
    await this.seeFleet();
    const order = await this.preview();
    const occurrenceId = (await this.tools.operator.start(order)).occurrenceId;
    await this.watch(occurrenceId, order);
    return this.judge(occurrenceId, order);
  }

  private async connect(): Promise<void> {
    const { admin, truth } = this.tools;
    this.heading('Connecting the vendors');
    for (const connection of await truth.connections()) {
      const { vendor, status, statusReason } = await admin.connect(connection);
      this.say(`${vendor.padEnd(16)} ${status}${statusReason === undefined ? '' : `: ${statusReason}`}`);
    }
  }

  private async seeFleet(): Promise<void> {
    const { operator, truth, clock, out } = this.tools;
    const listed = (await truth.devices()).length;
    const progress = new ProgressLine(out);
    let devices: Device[] = [];
    await this.until('the fleet is read', async () => {
      devices = await operator.devices();
      const waiting = devices
        .flatMap(({ zones }) => zones)
        .filter(({ status }) => (status?.code ?? 'STALE_DATA') === 'STALE_DATA').length;
      progress.update(`${devices.length} of ${listed} devices read, ${waiting} zones without a reading yet`);
      return devices.length >= listed && waiting === 0;
    });
    const observedFrom = clock.now();
    await this.until('the fleet was observed', () => {
      const until = wall(observedFrom + observeMs);
      progress.update(`all ${listed} devices read; watching them until ${until}, it is ${wall(clock.now())}`);
      return Promise.resolve(clock.now() >= observedFrom + observeMs);
    });
    progress.clear();
    this.heading(`The fleet at ${wall(clock.now())}`);
    devices = await operator.devices();
    this.print(fleetTable(devices));
    this.print(reasonTable(devices));
  }

  /** On a slow machine the window may come too close while it is planned: then a later one is taken. */
  private async preview(): Promise<Order> {
    const { clock } = this.tools;
    for (let notice = noticeMs; ; notice *= 2) {
      const startsAt = Math.ceil((clock.now() + notice) / slotMs) * slotMs;
      const { order, plan, leastKw } = await this.plan(startsAt);
      if (clock.now() + noticeMs / 2 > startsAt && notice < longestNoticeMs) continue;
      this.heading(
        `Preview: ${kw(order.targetKw ?? 0)} kW less from ${wall(startsAt)} to ${wall(startsAt + windowMs)}`,
      );
      this.say(
        'Heat pumps are left alone on their first evening: nobody has counted their starts since midnight.',
      );
      this.say(
        `The fleet could promise ${kw(leastKw)} kW in every slot; ${kw(order.targetKw ?? 0)} kW are asked.`,
      );
      this.say(
        `${plan.chosen} zones chosen; left out: ${plan.leftOutByCode.map(({ code, zones }) => `${code} ${zones}`).join(', ') || 'nobody'}.`,
      );
      this.print(`\n${planTable(plan)}`);
      return order;
    }
  }

  /** Asks for a share of what the fleet can promise in every slot. */
  private async plan(startsAt: number): Promise<{ order: Order; plan: Plan; leastKw: number }> {
    const { operator } = this.tools;
    const everything: Order = {
      name: 'Evening peak',
      direction: 'decrease',
      seed: 1,
      selection: steeredKinds,
      startsAt: new Date(startsAt).toISOString(),
      endsAt: new Date(startsAt + windowMs).toISOString(),
    };
    const most = await operator.preview(everything);
    const leastKw = Math.min(...most.slots.map(({ promisedKw }) => promisedKw));
    const order = { ...everything, targetKw: Math.max(0.5, Math.floor(leastKw * askedShare * 2) / 2) };
    return { order, plan: await operator.preview(order), leastKw };
  }

  private async watch(occurrenceId: string, order: Order): Promise<void> {
    const { operator, truth, clock, out } = this.tools;
    const [startsAt, endsAt] = [Date.parse(order.startsAt), Date.parse(order.endsAt)];
    this.heading('The evening');
    const progress = new ProgressLine(out);
    let slotSaid = 0;
    await this.until(
      'the campaign is over',
      async () => {
        const [{ status }, states, measured] = await Promise.all([
          operator.occurrence(occurrenceId),
          operator.states(occurrenceId),
          truth.power(Math.min(startsAt, clock.now()) - slotMs, clock.now()),
        ]);
        const now = clock.now();
        const finished = measured
          .filter((slot) => slot.startsAt >= startsAt && slot.startsAt + slotMs <= now)
          .at(-1);
        const deliveredKw = finished ? finished.twinKw - finished.actualKw : 0;
        const said = Object.entries(states).map(([state, zones]) => `${state} ${zones}`);
        const share = Math.min(1, Math.max(0, (now - startsAt) / (endsAt - startsAt)));
        const power =
          now < startsAt
            ? `waiting for ${wall(startsAt)}`
            : finished
              ? `delivered ${kw(deliveredKw)} kW`
              : 'in the first slot';
        const text = `${wall(now)} ${bar(share, 16)} asked ${kw(order.targetKw ?? 0)} kW, ${power} | ${said.join(', ')}`;
        progress.update(text, (finished?.startsAt ?? 0) > slotSaid);
        slotSaid = Math.max(slotSaid, finished?.startsAt ?? 0);
        return status === 'FINISHED';
      },
      patienceMs + clock.realMs(endsAt - clock.now()),
    );
    progress.clear();
    this.say(`Everything was given back by ${wall(clock.now())}.`);
    await this.until('the simulated homes have caught up', async () => (await truth.lastsUntil()) >= endsAt);
  }

  private async judge(occurrenceId: string, order: Order): Promise<Check[]> {
    const { operator, truth, clock } = this.tools;
    const [plan, report] = await Promise.all([operator.plan(occurrenceId), operator.report(occurrenceId)]);
    const power = await truth.power(Date.parse(order.startsAt), Date.parse(order.endsAt));
    const slots = slotResults(plan, power);
    this.heading('The report');
    this.print(slotTable(slots, report));
    this.say(
      `Actions: ${Object.entries(report.outcomes)
        .map(([state, zones]) => `${state} ${zones}`)
        .join(', ')}.`,
    );
    const reasons = Object.entries(report.reasons);
    if (reasons.length > 0)
      this.say(
        `Why some did not run their course: ${reasons.map(([code, zones]) => `${code} ${zones}`).join(', ')}.`,
      );

    const trueDevices = await truth.devices();
    const known = new Set((await operator.devices()).map(keyOf));
    const checks = verdict({
      listed: trueDevices.length,
      missing: trueDevices.map(keyOf).filter((key) => !known.has(key)),
      slots,
      judgement: await truth.judgement(this.beganAt, clock.now()),
      outcomes: report.outcomes,
    });
    this.heading("The verdict, by the sandbox's own physics");
    for (const { says, holds } of checks) this.say(`${holds ? '✓' : '✗'} ${says}`);
    return checks;
  }

  /** Looks until it holds. @throws when that takes longer than anybody should wait. */
  private async until(what: string, holds: () => Promise<boolean>, withinMs = patienceMs): Promise<void> {
    const givenUpAt = Date.now() + withinMs;
    while (!(await holds())) {
      if (Date.now() > givenUpAt)
        throw new Error(`Waited ${Math.round(withinMs / 1000)} s in vain until ${what}.`);
      await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
    }
  }

  private heading(text: string): void {
    this.print(`\n${text}\n`);
  }

  private say(text: string): void {
    this.print(`  ${text}`);
  }

  private print(text: string): void {
    this.tools.out.write(`${text}\n`);
  }
}

const keyOf = ({ vendor, vendorDeviceId }: { vendor: string; vendorDeviceId: string }): string =>
  `${vendor}/${vendorDeviceId}`;

function fleetTable(devices: readonly Device[]): string {
  const counts = new Map<string, { devices: number; zones: number; ready: number }>();
  for (const { vendor, kind, zones } of devices) {
    const key = `${vendor}\n${kind}`;
    const known = counts.get(key) ?? { devices: 0, zones: 0, ready: 0 };
    counts.set(key, {
      devices: known.devices + 1,
      zones: known.zones + zones.length,
      ready: known.ready + zones.filter(({ status }) => status?.code === 'READY').length,
    });
  }
  const rows = [...counts]
    .sort()
    .map(([key, count]) => [...key.split('\n'), count.devices, count.zones, count.ready]);
  return table(['vendor', 'kind', 'devices', 'zones', 'ready'], rows);
}

function reasonTable(devices: readonly Device[]): string {
  const counts = new Map<string, { zones: number; reason: string }>();
  for (const { status } of devices.flatMap(({ zones }) => zones)) {
    const code = status?.code ?? 'STALE_DATA';
    counts.set(code, {
      zones: (counts.get(code)?.zones ?? 0) + 1,
      reason: counts.get(code)?.reason ?? status?.reason ?? '',
    });
  }
  const rows = [...counts]
    .sort(([, a], [, b]) => b.zones - a.zones)
    .map(([code, { zones, reason }]) => [code, zones, reason]);
  return `\n${table(['code', 'zones', 'for example'], rows)}`;
}

function planTable(plan: Plan): string {
  const rows = plan.slots.map((slot) => [
    wall(slot.startsAt),
    slot.targetKw === undefined ? '–' : kw(slot.targetKw),
    kw(slot.expectedKw),
    kw(slot.promisedKw),
    kw(slot.shortfallKw),
  ]);
  return table(['slot', 'asked kW', 'expected kW', 'promised kW (P90)', 'short kW'], rows);
}

/** Only slots that are known whole: the sandbox measured all of them by now. */
function slotResults(
  plan: Plan,
  power: readonly { startsAt: number; actualKw: number; twinKw: number }[],
): SlotResult[] {
  return plan.slots.map((slot) => {
    const startsAt = Date.parse(slot.startsAt);
    const measured = power.find((candidate) => candidate.startsAt === startsAt);
    if (!measured) throw new Error(`The sandbox has no power for the slot at ${wall(startsAt)}.`);
    return {
      startsAt,
      askedKw: slot.targetKw,
      promisedKw: slot.promisedKw,
      deliveredKw: measured.twinKw - measured.actualKw,
    };
  });
}

function slotTable(slots: readonly SlotResult[], report: Report): string {
  const rows = slots.map((slot) => {
    const books = report.slots.find(({ startsAt }) => Date.parse(startsAt) === slot.startsAt);
    return [
      wall(slot.startsAt),
      slot.askedKw === undefined ? '–' : kw(slot.askedKw),
      kw(slot.promisedKw),
      kw(slot.deliveredKw),
      `${Math.round((slot.deliveredKw / Math.max(0.001, slot.promisedKw)) * 100)} %`,
      books ? kw(books.acknowledgedKw) : '–',
      books?.observedKw === undefined ? '–' : kw(books.observedKw),
    ];
  });
  return `${table(['slot', 'asked kW', 'promised', 'delivered', 'of promise', 'acknowledged', 'observed'], rows)}
  Delivered: the simulated homes against their twins that nobody steered. Acknowledged: expected of the zones that
  a read-back showed. Observed: what vendors that report power (not NOX) showed in our readings.`;
}
