/** Compressor protection. Durations in ms. Defaults: 10 min on, 10 min off, 3 starts an hour. */
export interface CompressorLimits {
  readonly minOnMs: number;
  readonly minOffMs: number;
  readonly maxStartsPerHour: number;
}
