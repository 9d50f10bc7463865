import { givenBackBy, type Action, type Evidence, type Span, type Write } from './evidence';

export const invariantNames = [
  'snapshot-first',
  'inside-window',
  'given-back',
  'overrides-untouched',
  'sent-once',
  'rules-kept',
  'worth-judging',
] as const;
export type InvariantName = (typeof invariantNames)[number];

export interface Finding {
  /** How many things were looked at. */
  readonly checked: number;
  /** One sentence for each that broke it. */
  readonly violations: readonly string[];
}

export type Findings = Readonly<Record<InvariantName, Finding>>;

/** Real ms by which the records of two processes of one machine, and of one step of the homes, may be apart. */
const recordsMs = 1_000;
/** Between the vendor's answer to a read and our write nobody can see a customer turn the dial. Real ms. */
const blindMs = 2_000;
/** A campaign that steered a smaller share of the fleet proves little. */
const leastSteeredShare = 0.2;
/** Floor of a room and the most below the customer's own setpoint, with what one step of a dial rounds. °C and K. */
const lowest = { roomC: 17 - 0.3, belowCustomerK: 3 + 0.3 };

/** Judges one campaign under attack, from the sandbox's records and what Postgres holds. Pure. */
export function judge(evidence: Evidence): Findings {
  return {
    'snapshot-first': snapshotFirst(evidence),
    'inside-window': insideWindow(evidence),
    'given-back': givenBack(evidence),
    'overrides-untouched': overridesUntouched(evidence),
    'sent-once': sentOnce(evidence),
    'rules-kept': rulesKept(evidence),
    'worth-judging': worthJudging(evidence),
  };
}

export function brokenInvariants(findings: Findings): InvariantName[] {
  return invariantNames.filter((name) => findings[name].violations.length > 0);
}

/** `not-judged`: too little was steered to prove anything, as on a machine that is too slow for the scale. */
export type Verdict = 'held' | 'broken' | 'not-judged';

/** A promise that was broken counts also where little was steered. */
export function verdictOf(findings: Findings): Verdict {
  const broken = brokenInvariants(findings);
  if (broken.length === 0) return 'held';
  return broken.every((name) => name === 'worth-judging') ? 'not-judged' : 'broken';
}

/** Devices that the campaign really steered. */
export function steeredDevices({ spans }: Pick<Evidence, 'spans'>): Set<string> {
  return new Set(spans.map(({ key }) => key));
}

/** Seconds from the window's end or recovery until the last home was its customer's again; absent: not yet. */
export function recoveryS({ spans, window, recoveredRealAt }: Evidence): number | undefined {
  const from = Math.max(window.endsRealAt, recoveredRealAt);
  const last = Math.max(from, ...spans.map(({ endedRealAt }) => endedRealAt ?? Infinity));
  return last === Infinity ? undefined : (last - from) / 1000;
}

/** Every write to a device comes after the commit of a snapshot of one of its actions. */
function snapshotFirst({ writes, actions }: Evidence): Finding {
  const byDevice = groupBy(actions, ({ key }) => key);
  const unsaved = actions
    .filter(({ snapshotRealAt, hasSnapshot }) => snapshotRealAt !== undefined && !hasSnapshot)
    .map(({ actionId, key }) => `${key}: action ${actionId} went out without a snapshot`);
  const tooEarly = writes.flatMap((write) => {
    const saved = (byDevice.get(write.key) ?? []).flatMap(({ snapshotRealAt }) => snapshotRealAt ?? []);
    if (saved.length === 0) return [`${write.key}: written ${clock(write.realAt)}, no snapshot at all`];
    const first = Math.min(...saved);
    // The sandbox rounds down to whole ms.
    if (write.realAt + 1 >= first) return [];
    return [`${write.key}: written ${clock(write.realAt)}, snapshot committed ${clock(first)}`];
  });
  return { checked: writes.length, violations: [...unsaved, ...tooEarly] };
}

function insideWindow(evidence: Evidence): Finding {
  const { spans, window, skewRealMs } = evidence;
  const earliest = window.startsRealAt - skewRealMs - recordsMs;
  const latest = givenBackBy(evidence) + recordsMs;
  const violations = spans.flatMap(({ key, startedRealAt, endedRealAt }) => {
    if (startedRealAt < earliest) return [`${key}: steered from ${clock(startedRealAt)}, before the window`];
    if (startedRealAt > latest) return [`${key}: steered from ${clock(startedRealAt)}, after the grace`];
    if (endedRealAt === undefined) return [`${key}: still steered when judged`];
    return endedRealAt > latest ? [`${key}: steered until ${clock(endedRealAt)}, beyond the grace`] : [];
  });
  return { checked: spans.length, violations };
}

/** What the homes felt must be in Postgres as given back, in time. */
function givenBack(evidence: Evidence): Finding {
  const { actions } = evidence;
  const latest = givenBackBy(evidence) + recordsMs;
  const steered = steeredDevices(evidence);
  const byDevice = groupBy(actions, ({ key }) => key);
  const sent = actions.filter(({ snapshotRealAt }) => snapshotRealAt !== undefined);
  const late = sent.flatMap(({ actionId, key, state, endedRealAt }) => {
    if (endedRealAt === undefined) return [`${key}: action ${actionId} is still ${state}`];
    return endedRealAt > latest ? [`${key}: action ${actionId} ended ${clock(endedRealAt)}, too late`] : [];
  });
  const untold = [...steered].flatMap((key) => {
    const own = byDevice.get(key) ?? [];
    if (own.some(isGivenBack) || own.some(({ endedRealAt }) => endedRealAt === undefined)) return [];
    return [
      `${key}: was steered, but its actions ended ${own.map(({ state }) => state).join(', ') || 'nowhere'}`,
    ];
  });
  return { checked: sent.length, violations: [...late, ...untold] };
}

function isGivenBack({ state }: Action): boolean {
  return state === 'RESTORED' || state === 'OVERRIDDEN';
}

/** After a customer's turn of the dial no write moves it, and the device is never steered anew. */
function overridesUntouched({ overrides, writes, spans }: Evidence): Finding {
  const violations = overrides.flatMap(({ key, realAt }) => [
    ...writes
      .filter((write) => write.key === key && movesDial(write, realAt))
      .map(
        ({ realAt: at, effect }) =>
          `${key}: customer chose ${clock(realAt)}, we set ${String(effect?.targetC)} °C ${clock(at)}`,
      ),
    ...spans
      .filter((span) => span.key === key && beginsAfter(span, realAt))
      .map(
        ({ startedRealAt }) =>
          `${key}: customer chose ${clock(realAt)}, steered again ${clock(startedRealAt)}`,
      ),
  ]);
  return { checked: overrides.length, violations };
}

/** A write that had been decided before the customer moved is nobody's fault, if it came at once. */
function movesDial({ realAt, readRealAt, effect }: Write, overriddenAt: number): boolean {
  if (realAt <= overriddenAt || !effect?.changed) return false;
  if (Math.abs((effect.targetC ?? 0) - (effect.targetBeforeC ?? 0)) < 0.1) return false;
  const couldNotKnow = readRealAt !== undefined && readRealAt < overriddenAt && realAt - readRealAt < blindMs;
  return !couldNotKnow;
}

function beginsAfter({ startedRealAt }: Span, overriddenAt: number): boolean {
  return startedRealAt > overriddenAt + blindMs;
}

/** NOX moves the start of a schedule with the time of sending; what it orders is the same. */
function sameCommand(a: Write, b: Write): boolean {
  const order = ({ call, what }: Write): string => `${call} ${what.replace(/"start_time":"[^"]*",?/, '')}`;
  return order(a) === order(b);
}

/** No write a second time that the device held already, and none repeated after a dropped one without a look in between. */
function sentOnce({ writes }: Evidence): Finding {
  const violations: string[] = [];
  for (const [key, own] of groupBy(writes, (write) => write.key)) {
    for (const [index, write] of own.entries()) {
      const isRepeated = own.slice(0, index).some((earlier) => sameCommand(earlier, write));
      if (write.effect?.changed === false && isRepeated)
        violations.push(
          `${key}: ${write.call} ${write.what} ${clock(write.realAt)} was on the device already`,
        );
      const before = own
        .slice(0, index)
        .findLast(({ what, call }) => what === write.what && call === write.call);
      if (before?.applied === 'now' || before === undefined) continue;
      if ((write.readRealAt ?? 0) < before.realAt)
        violations.push(`${key}: ${write.call} ${write.what} ${clock(write.realAt)} repeated without a look`);
    }
  }
  return { checked: writes.length, violations };
}

function rulesKept({ physics, writes }: Evidence): Finding {
  const steering = writes.filter(
    ({ effect }) => effect?.steering !== undefined && effect.targetC !== undefined,
  );
  const setpoints = steering.flatMap(({ key, effect }) => {
    const { targetC = 0, targetBeforeC = 0, customerC = 0 } = effect ?? {};
    if (targetC >= targetBeforeC) return [];
    const isTooLow = targetC < lowest.roomC || targetC < customerC - lowest.belowCustomerK;
    return isTooLow ? [`${key}: set to ${targetC} °C where the customer has ${customerC} °C`] : [];
  });
  const { cycles, comfort, legionella } = physics;
  return { checked: steering.length, violations: [...cycles, ...comfort, ...legionella, ...setpoints] };
}

function worthJudging(evidence: Evidence): Finding {
  const steered = steeredDevices(evidence).size;
  const least = Math.ceil(evidence.devices * leastSteeredShare);
  const violations = steered < least ? [`only ${steered} of ${evidence.devices} devices were steered`] : [];
  return { checked: evidence.devices, violations };
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return groups;
}

function clock(realAt: number): string {
  return new Date(realAt).toISOString().slice(11, 23);
}
