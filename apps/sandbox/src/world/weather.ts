import { dayMs, hourMs, type Instant } from '@warmshift/domain';
import { Random } from './random';

/** One climate for all homes: a smooth curve over year and day with seeded slow waves, around 2 °C in January. */
export class Weather {
  private readonly phases: readonly number[];

  constructor(seed: number) {
    const random = new Random(seed, 'weather');
    this.phases = [random.between(0, 6.28), random.between(0, 6.28), random.between(0, 6.28)];
  }

  /** °C. */
  outdoorC(instant: Instant): number {
    const [a = 0, b = 0, c = 0] = this.phases;
    const dayOfYear = (instant / dayMs) % 365.25;
    const year = 10 - 8 * Math.cos((2 * Math.PI * (dayOfYear - 18)) / 365.25);
    const day = 2.2 * Math.cos((2 * Math.PI * (instant / hourMs - 13.5)) / 24);
    const waves =
      1.3 * Math.sin(instant / (3.3 * dayMs) + a) +
      0.9 * Math.sin((2 * Math.PI * instant) / (4.1 * dayMs) + b) +
      0.4 * Math.sin((2 * Math.PI * instant) / (0.8 * dayMs) + c);
    return year + day + waves;
  }
}
