/** Text for people at a terminal. */
export * from './progress-line';
export * from './table';
