import type { Clock } from '@warmshift/config';
import type { Operator, Plan } from '../demo/operator';
import type { SandboxTruth, TruePower } from '../demo/sandbox-truth';
import { ProgressLine } from '@warmshift/terminal';
import { kw, wall } from '../demo/text';
import { agreedPace, firstDayRules, firstDayWords } from './fleet';
import type { DeliveryOptions } from './options';
import { deliveryResult, type DeliveryResult } from './verdict';

const minuteMs = 60_000;
const slotMs = 15 * minuteMs;
const noticeMs = 20 * minuteMs;
/** Real ms. */
const patienceMs = 180_000;
const lookEveryMs = 500;

export interface DeliveryTools {
  readonly admin: Operator;
  readonly truth: SandboxTruth;
  readonly clock: Clock;
  readonly out: NodeJS.WriteStream;
}

/** Connects, watches, orders, waits, and measures by the twins. */
export class DeliveryRun {
  private readonly progress: ProgressLine;

  constructor(
    private readonly tools: DeliveryTools,
    private readonly options: DeliveryOptions,
  ) {
    this.progress = new ProgressLine(tools.out);
  }

  async perform(): Promise<DeliveryResult> {
    const { admin, truth, clock } = this.tools;
    const { observeMinutes, afterMinutes } = this.options;
    const observeMs = observeMinutes * minuteMs;
    const afterMs = afterMinutes * minuteMs;
    const devices = await truth.devices();
    await admin.setRules(firstDayRules);
    this.say(firstDayWords);
    for (const connection of await truth.connections()) {
      const requestsPerSecond = agreedPace(
        devices.filter(({ vendor }) => vendor === connection.vendor).length,
      );
      await admin.connect({ ...connection, requestsPerSecond });
      this.say(`${connection.vendor}: an agreed pace of ${requestsPerSecond} requests a second`);
    }
    const listed = devices.length;
    await this.until('the fleet is read', async () => {
      const { length } = await admin.devices();
      this.progress.update(`${length} of ${listed} devices`);
      return length >= listed;
    });
    const watchedFrom = clock.now();
    await this.untilIs(watchedFrom + observeMs, 'the fleet was watched');

    const startsAt = Math.ceil((clock.now() + noticeMs) / slotMs) * slotMs;
    const endsAt = startsAt + this.options.hours * 60 * minuteMs;
    const loadKw = meanTwinKw(await truth.power(clock.now() - 60 * minuteMs, clock.now()));
    const askedKw = Math.round(loadKw * this.options.share * 10) / 10;
    const capKw = Math.round(askedKw * this.options.capShare * 10) / 10;
    const order = {
      name: 'Evening load',
      direction: 'decrease',
      startsAt: new Date(startsAt).toISOString(),
      endsAt: new Date(endsAt).toISOString(),
      targetKw: askedKw,
      releaseCapKw: capKw,
      confidence: 'P50',
      seed: this.options.seed,
    } as const;
    this.say(
      `${kw(loadKw)} kW are drawn; ${kw(askedKw)} kW less are ordered from ${wall(startsAt)} to ${wall(endsAt)}, at most ${kw(capKw)} kW back afterwards.`,
    );
    const { occurrenceId } = await admin.start(order);
    let plan: Plan | undefined;
    await this.until('the plan is made', async () => {
      const made = await admin.plan(occurrenceId).catch(() => undefined);
      plan = made && made.chosen > 0 ? made : undefined;
      return plan !== undefined;
    });
    if (plan) this.say(wordsOf(plan));
    await this.untilIs(endsAt, 'the window is over', async () => {
      const states = Object.entries(await admin.states(occurrenceId)).map(([state, n]) => `${state} ${n}`);
      const slots = await truth.power(startsAt, Math.max(startsAt + 1, clock.now()));
      const { twinKw, actualKw } = slots.at(-1) ?? { twinKw: 0, actualKw: 0 };
      return `${kw(twinKw - actualKw)} of ${kw(askedKw)} kW | ${states.join(', ')}`;
    });
    await this.untilIs(endsAt + afterMs, 'the power after the release is known');
    await this.until(
      'the simulated homes have caught up',
      async () => (await truth.lastsUntil()) >= endsAt + afterMs,
    );
    this.progress.clear();
    const window = await truth.power(startsAt, endsAt);
    const after = await truth.power(endsAt, endsAt + afterMs);
    return deliveryResult(window, after, { askedKw, capKw, actions: await admin.actions(occurrenceId) });
  }

  private async untilIs(instant: number, what: string, more = () => Promise.resolve('')): Promise<void> {
    const { clock } = this.tools;
    const waitMs = clock.realMs(Math.max(0, instant - clock.now()));
    await this.until(
      what,
      async () => {
        this.progress.update(`${wall(clock.now())} until ${wall(instant)} ${await more()}`);
        return clock.now() >= instant;
      },
      waitMs + patienceMs,
    );
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

  private say(text: string): void {
    this.progress.clear();
    this.tools.out.write(`  ${text}\n`);
  }
}

function wordsOf({ chosen, leftOutByCode, slots }: Plan): string {
  const expected = slots.map(({ expectedKw }) => kw(expectedKw)).join(' ');
  const leftOut = leftOutByCode.map(({ code, zones }) => `${code} ${zones}`).join(', ');
  return `${chosen} zones are chosen; expected in the slots, kW: ${expected}. Left out: ${leftOut}.`;
}

function meanTwinKw(slots: readonly TruePower[]): number {
  return slots.reduce((sum, { twinKw }) => sum + twinKw, 0) / Math.max(1, slots.length);
}
