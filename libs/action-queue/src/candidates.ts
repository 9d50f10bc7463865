/** After this long the list is made anew, so that restores and commands that became due since go first. Real ms. */
const freshForMs = 300;

/** What is due of a connection, in its order: listed once for many claims, for that looks at everything that is due. */
export class Candidates {
  static readonly most = 2_000;
  private ids: readonly string[] = [];
  private listedAt = 0;

  constructor(private readonly list: () => Promise<readonly string[]>) {}

  /** More are due than were taken. */
  get left(): boolean {
    return this.ids.length > 0;
  }

  async take(count: number): Promise<readonly string[]> {
    if (!this.left || performance.now() - this.listedAt > freshForMs) {
      this.listedAt = performance.now();
      this.ids = await this.list();
    }
    const taken = this.ids.slice(0, count);
    this.ids = this.ids.slice(count);
    return taken;
  }
}
