import type { LoggerService } from '@nestjs/common';
import type { Logger } from 'pino';

/** Nest's own lines, in the shape of ours: `msg` is `nest.<level>`, Nest's sentence is the field `text`. */
export class NestLogger implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log(message: unknown, ...rest: unknown[]): void {
    this.logger.info(facts(message, rest), 'nest.log');
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.logger.warn(facts(message, rest), 'nest.warn');
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.logger.debug(facts(message, rest), 'nest.debug');
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.logger.trace(facts(message, rest), 'nest.verbose');
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.logger.error(facts(message, rest), 'nest.error');
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.logger.fatal(facts(message, rest), 'nest.fatal');
  }
}

/** Nest appends the context last, and before it, for errors, a stack. */
function facts(message: unknown, rest: readonly unknown[]): Record<string, unknown> {
  const texts = rest.filter((part): part is string => typeof part === 'string');
  const stack = texts.find((text) => /\n\s+at /.test(text));
  const context = texts.filter((text) => text !== stack).at(-1);
  const err = [message, ...rest].find((part) => part instanceof Error);
  return {
    ...(message instanceof Error ? {} : { text: message }),
    ...(context === undefined ? {} : { context }),
    ...(stack === undefined ? {} : { stack }),
    ...(err === undefined ? {} : { err }),
  };
}
