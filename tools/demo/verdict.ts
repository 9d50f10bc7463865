/** What the demo judges itself by. kW are means over a slot of 15 minutes. */
export interface SlotResult {
  readonly startsAt: number;
  readonly askedKw?: number | undefined;
  readonly promisedKw: number;
  /** The sandbox's own twin without steering minus the steered homes. */
  readonly deliveredKw: number;
}

/** What the sandbox's physics say, whatever our books say. */
export interface Judgement {
  readonly cycles: { readonly overThroughSteering: readonly unknown[] };
  readonly comfort: { readonly minutesBelowFloorThroughSteering: number };
  readonly legionella: { readonly missedThroughSteering: readonly unknown[] };
  readonly steeredNow: readonly unknown[];
}

export interface Evidence {
  readonly listed: number;
  readonly missing: readonly string[];
  readonly slots: readonly SlotResult[];
  readonly judgement: Judgement;
  /** How many actions ended in which state. */
  readonly outcomes: Readonly<Record<string, number>>;
}

export interface Check {
  readonly says: string;
  readonly holds: boolean;
}

/** At least so much of the promise must be delivered in every slot. */
export const minDeliveredShare = 0.9;
const goodEnds: ReadonlySet<string> = new Set(['RESTORED', 'OVERRIDDEN']);
/** Never sent, so there is nothing to give back. */
const neverSent: ReadonlySet<string> = new Set(['SKIPPED', 'CANCELLED']);

/** The promises of the demo, each with what was found. All must hold. */
export function verdict(evidence: Evidence): Check[] {
  const { listed, missing, slots, judgement, outcomes } = evidence;
  const worst = Math.min(
    ...slots.map((slot) => (slot.promisedKw > 0 ? slot.deliveredKw / slot.promisedKw : Infinity)),
  );
  const promised = slots.some((slot) => slot.promisedKw > 0);
  const steered = count(outcomes, (state) => !neverSent.has(state));
  const given = count(outcomes, (state) => goodEnds.has(state));
  const { cycles, comfort, legionella, steeredNow } = judgement;
  return [
    {
      says: `${listed - missing.length} of ${listed} devices that the vendors list are in Postgres${missing.length > 0 ? ` (missing: ${missing.slice(0, 5).join(', ')})` : ''}`,
      holds: listed > 0 && missing.length === 0,
    },
    {
      says: promised
        ? `in the weakest of ${slots.length} slots ${Math.round(worst * 100)} % of the promise was delivered (at least ${minDeliveredShare * 100} %)`
        : 'the plan promised nothing',
      holds: promised && worst >= minDeliveredShare,
    },
    {
      says: `compressor starts: ${cycles.overThroughSteering.length} devices over their limit through steering`,
      holds: cycles.overThroughSteering.length === 0,
    },
    {
      says: `legionella: ${legionella.missedThroughSteering.length} disinfection runs missed through steering`,
      holds: legionella.missedThroughSteering.length === 0,
    },
    {
      says: `comfort: ${comfort.minutesBelowFloorThroughSteering} minutes below the floor through steering`,
      holds: comfort.minutesBelowFloorThroughSteering === 0,
    },
    {
      says: `${given} of ${steered} steered zones restored or overridden by the customer; ${steeredNow.length} devices still steered`,
      holds: steered > 0 && given === steered && steeredNow.length === 0,
    },
  ];
}

function count(outcomes: Readonly<Record<string, number>>, wanted: (state: string) => boolean): number {
  return Object.entries(outcomes).reduce((sum, [state, actions]) => (wanted(state) ? sum + actions : sum), 0);
}
