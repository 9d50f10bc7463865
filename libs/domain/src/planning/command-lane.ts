import { slotMs } from '../fleet';

/**
 * The instants at which a connection may be sent commands of one kind, `stepMs` apart in every slot, and which of them are
 * taken. Instants are offsets from the slot's start, or back from its end for the lane of the ends: the caller mirrors.
 *
 * ```
 *  slot      |x · x · · |x x · · · |        x taken, · free
 * ```
 */
export class CommandLane {
  readonly stepMs: number;
  private readonly perSlot: number;
  private readonly free: Int32Array;
  /** A bit per instant, made when the slot is first used. */
  private readonly taken: (Uint32Array | undefined)[] = [];

  /** @param spacingMs rounded up to whole ms; 0: no limit, and nothing is ever taken. */
  constructor(spacingMs: number, slots: number) {
    this.stepMs = Math.ceil(spacingMs);
    this.perSlot = this.stepMs > 0 ? Math.floor(slotMs / this.stepMs) : 0;
    this.free = new Int32Array(slots).fill(this.perSlot);
  }

  get unlimited(): boolean {
    return this.stepMs === 0;
  }

  isOpen(slot: number): boolean {
    return this.unlimited || this.free[slot]! > 0;
  }

  /** Takes the first free instant at or after `wantedMs`, else the first of the slot. @returns its offset, -1 if none is left up to `latestMs`. */
  take(slot: number, wantedMs: number, latestMs: number): number {
    if (this.free[slot] === 0) return -1;
    const count = Math.min(this.perSlot, Math.floor(latestMs / this.stepMs) + 1);
    const wanted = Math.ceil(wantedMs / this.stepMs);
    const bits = this.bitsOf(slot);
    let at = firstZero(bits, wanted, count);
    if (at < 0) at = firstZero(bits, 0, Math.min(wanted, count));
    if (at < 0) return -1;
    this.mark(slot, at);
    return at * this.stepMs;
  }

  /** Takes an instant that was given back. */
  retake(slot: number, offsetMs: number): void {
    this.mark(slot, offsetMs / this.stepMs);
  }

  give(slot: number, offsetMs: number): void {
    const at = offsetMs / this.stepMs;
    this.bitsOf(slot)[at >>> 5]! &= ~(1 << (at & 31));
    this.free[slot]! += 1;
  }

  /** Takes all instants less than a step from `atMs`, an offset from the start of the first slot. */
  block(atMs: number): void {
    if (this.unlimited) return;
    const first = Math.max(0, Math.floor((atMs - this.stepMs) / slotMs));
    const last = Math.min(this.free.length - 1, Math.floor((atMs + this.stepMs) / slotMs));
    for (let slot = first; slot <= last; slot++) {
      const offsetMs = atMs - slot * slotMs;
      const from = Math.max(0, Math.floor(offsetMs / this.stepMs) - 1);
      for (let at = from; at < Math.min(this.perSlot, from + 4); at++) {
        if (Math.abs(at * this.stepMs - offsetMs) < this.stepMs) this.mark(slot, at);
      }
    }
  }

  private mark(slot: number, at: number): void {
    const bits = this.bitsOf(slot);
    const bit = 1 << (at & 31);
    if ((bits[at >>> 5]! & bit) !== 0) return;
    bits[at >>> 5]! |= bit;
    this.free[slot]! -= 1;
  }

  private bitsOf(slot: number): Uint32Array {
    return (this.taken[slot] ??= new Uint32Array((this.perSlot + 31) >>> 5));
  }
}

/** First bit of `from` up to `to` (excluded) that is not set, or -1. */
function firstZero(bits: Uint32Array, from: number, to: number): number {
  let at = from;
  while (at < to) {
    const open = ~bits[at >>> 5]! & (-1 << (at & 31));
    if (open !== 0) {
      const found = (at & ~31) + 31 - Math.clz32(open & -open);
      return found < to ? found : -1;
    }
    at = (at & ~31) + 32;
  }
  return -1;
}
