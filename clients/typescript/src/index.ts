export {
  Warmshift,
  type Exchange,
  type OccurrenceEvent,
  type WarmshiftOptions,
  type WatchOptions,
} from './client';
export type {
  AnswerOf,
  CsvPath,
  ItemOf,
  ListPath,
  Method,
  Operation,
  PathOf,
  RequestArgs,
  RequestOf,
  Schemas,
} from './operations';
export { WarmshiftProblem, WarmshiftUnreachable, type FieldProblem } from './problem';
export type { paths } from './schema';
