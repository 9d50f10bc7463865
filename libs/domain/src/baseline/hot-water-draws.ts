/** Margins are told apart by so much, K. */
const cellK = 0.25;
const cells = 40;

/**
 * Energy of a household's hot water by local hour, kWh: tapping profile M (Commission Regulation (EU) No 814/2013, Annex III).
 */
const tappedKwh = [
  0, 0, 0, 0, 0, 0, 0, 1.715, 0.42, 0.21, 0.105, 0.21, 0.315, 0, 0.105, 0.105, 0.105, 0, 0.315, 0.105, 0.735,
  1.505, 0, 0,
];
/** Households do not all draw in the same hour: so many hours before and after are taken together. */
const spreadHours = 3;
/** Somebody always washes hands: the smallest tapping of the profile. */
const leastTappedKwh = 0.105;
/** What was seen lately is changed by at most so much. */
const mostChange = 2;

/** How much more hot water households use at one time of the day than at another, both in minutes of the local day. */
export function hotWaterFactor(minute: number, seenMinute: number): number {
  const factor = drawnAt(minute) / drawnAt(seenMinute);
  return Math.min(mostChange, Math.max(1 / mostChange, factor));
}

/** From hour to hour in a straight line. */
function drawnAt(minute: number): number {
  const hours = minute / 60 - 0.5;
  const hour = Math.floor(hours);
  const share = hours - hour;
  return (1 - share) * drawnAround(hour) + share * drawnAround(hour + 1);
}

function drawnAround(hour: number): number {
  let sum = leastTappedKwh;
  for (let away = -spreadHours; away <= spreadHours; away++) sum += tappedKwh[(hour + away + 48) % 24]!;
  return sum;
}

interface Step {
  readonly cells: number;
  readonly share: number;
}

/**
 * When tanks of one kind begin to heat, from how hot water was drawn of all of them lately: each loses, quarter by quarter, what one of
 * them lost in one, until it is where its own control begins. A random walk whose steps are those that were seen.
 */
export class HotWaterDraws {
  /** By slot that begins, and cell in which a tank is at first. */
  private readonly starts: readonly Float64Array[];

  /**
   * @param lossesK what tanks lost in a slot in which they were not heated, K; one number for each tank and slot.
   * @param factors how much more often they lose something in each slot ahead than when that was seen.
   */
  constructor(lossesK: readonly number[], factors: readonly number[]) {
    const steps = stepsOf(lossesK);
    this.starts = factors.map((_, slot) => {
      let after: Float64Array | undefined;
      for (let at = slot; at >= 0; at--) after = before(after, scaled(steps, factors[at]!));
      return after!;
    });
  }

  /**
   * @param marginK how far above where it begins the tank is, K; 0 and below: it begins with the next loss.
   * @returns the probability (0..1) that it begins in each of the slots ahead; all 0 where no loss was seen.
   */
  startsIn(marginK: number): Float64Array {
    const cell = Math.min(cells - 1, Math.max(0, Math.floor(marginK / cellK)));
    return Float64Array.from(this.starts, (slot) => slot[cell]!);
  }
}

/** Less than a cell is lost in the due share of the slots. */
function stepsOf(lossesK: readonly number[]): Step[] {
  const counts = new Map<number, number>();
  for (const lossK of lossesK) {
    const exact = Math.max(0, lossK) / cellK;
    const whole = Math.floor(exact);
    counts.set(whole, (counts.get(whole) ?? 0) + 1 - (exact - whole));
    counts.set(whole + 1, (counts.get(whole + 1) ?? 0) + exact - whole);
  }
  return [...counts].map(([n, count]) => ({ cells: n, share: count / lossesK.length }));
}

function scaled(steps: readonly Step[], factor: number): Step[] {
  const losing = steps.filter((step) => step.cells > 0);
  const share = losing.reduce((sum, step) => sum + step.share, 0);
  const by = share > 0 ? Math.min(factor, 1 / share) : 1;
  return [
    { cells: 0, share: 1 - by * share },
    ...losing.map((step) => ({ ...step, share: by * step.share })),
  ];
}

/** One slot earlier. Without `after`: that it begins in this slot. */
function before(after: Float64Array | undefined, steps: readonly Step[]): Float64Array {
  return Float64Array.from({ length: cells }, (_, cell) =>
    steps.reduce((sum, { cells: lost, share }) => {
      if (lost > cell) return after ? sum : sum + share;
      return sum + share * (after?.[cell - lost] ?? 0);
    }, 0),
  );
}
