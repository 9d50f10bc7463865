import { Warmshift } from '@warmshift/client';
import type { Command } from 'commander';
import { UsageError } from './errors';
import { Screen, type Streams } from './screen';
import { serviceSettings, timeoutMsOf, type GlobalOptions } from './settings';

/** What a command works with. */
export interface Session {
  readonly warmshift: Warmshift;
  readonly screen: Screen;
  /** Fires on Ctrl-C. */
  readonly signal: AbortSignal;
}

/** Makes the session of a command from the options that every command has. */
export class Cli {
  constructor(
    readonly streams: Streams,
    private readonly signal: AbortSignal,
  ) {}

  screen(command: Command): Screen {
    return new Screen(this.streams, command.optsWithGlobals<GlobalOptions>().json === true);
  }

  /** @throws UsageError when address or key are missing or cannot be used. */
  session(command: Command): Session {
    const options = command.optsWithGlobals<GlobalOptions>();
    const { apiKey, url } = serviceSettings(options);
    return {
      warmshift: clientOf(url, apiKey, timeoutMsOf(options)),
      screen: this.screen(command),
      signal: this.signal,
    };
  }
}

function clientOf(baseUrl: string, apiKey: string, timeoutMs: number | undefined): Warmshift {
  try {
    return new Warmshift({ baseUrl, apiKey, timeoutMs });
  } catch (error) {
    if (error instanceof TypeError) throw new UsageError(error.message);
    throw error;
  }
}
