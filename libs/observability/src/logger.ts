import { pino, stdTimeFunctions, type DestinationStream, type Logger } from 'pino';
import { correlationId } from './correlation';
import { serializeError } from './error-serializer';
import { redactLine, registerSecret } from './redaction';

export type { Logger } from 'pino';

export interface LoggerOptions {
  /** The process or part that speaks: `api`, `worker`, `sandbox`. */
  readonly name: string;
  readonly level?: string | undefined;
  /** Values that must never be seen; more can be added later with `registerSecret`. */
  readonly secrets?: readonly string[] | undefined;
  /** Where lines go; standard output unless told. */
  readonly destination?: DestinationStream | undefined;
}

/**
 * Writes one JSON line per decision and per transition: `msg` is a stable dotted event name, facts are fields.
 * Levels: `error` a person must act, `warn` degraded but healing itself, `info` a change of state, `debug` calls.
 * Secrets are removed from every line just before it is written, so no caller can forget it.
 */
export function createLogger(options: LoggerOptions): Logger {
  options.secrets?.forEach(registerSecret);
  const destination = options.destination ?? pino.destination({ fd: 1, sync: true });
  return pino(
    {
      name: options.name,
      level: options.level ?? 'info',
      base: { pid: process.pid },
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: serializeError, error: serializeError },
      mixin: () => {
        const id = correlationId();
        return id === undefined ? {} : { correlationId: id };
      },
    },
    { write: (line: string) => destination.write(redactLine(line)) },
  );
}

/** The logger as libraries see it: an event and its facts. */
export interface EventLog {
  /** False: what `debug` is given goes nowhere. */
  readonly debugs: boolean;
  debug(event: string, facts?: Record<string, unknown>): void;
  info(event: string, facts?: Record<string, unknown>): void;
  warn(event: string, facts?: Record<string, unknown>): void;
  error(event: string, facts?: Record<string, unknown>): void;
}

/** @param facts are in every line of it. */
export function eventLog(logger: Logger, facts: Record<string, unknown> = {}): EventLog {
  const child = logger.child(facts);
  return {
    debugs: child.isLevelEnabled('debug'),
    debug: (event, more = {}) => child.debug(more, event),
    info: (event, more = {}) => child.info(more, event),
    warn: (event, more = {}) => child.warn(more, event),
    error: (event, more = {}) => child.error(more, event),
  };
}
