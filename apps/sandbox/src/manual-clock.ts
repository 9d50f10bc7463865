/** A clock that stands still until somebody moves it: tests that wait on state and not on time. */
export class ManualClock {
  constructor(private at: number) {}

  now(): number {
    return this.at;
  }

  move(ms: number): void {
    this.at += ms;
  }
}
