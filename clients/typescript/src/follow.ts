import { WarmshiftProblem, WarmshiftUnreachable } from './problem';
import { messagesOf, type StreamMessage } from './server-sent-events';
import { delay } from './transport';

export type StreamEvent = Extract<StreamMessage, { kind: 'event' }>;

export interface FollowOptions {
  /** Opens the stream after what was seen last. An answer of 204 says that nothing will follow. */
  readonly open: (lastId: string | undefined, signal: AbortSignal) => Promise<Response>;
  readonly lastId?: string | undefined;
  /** How often in a row it is opened in vain before the error comes out. */
  readonly retries: number;
  /** A stream that is silent for so long is taken for broken, real ms. */
  readonly silenceMs: number;
  readonly signal?: AbortSignal | undefined;
}

const longestPauseMs = 30_000;

/**
 * Follows a stream of events over broken connections: opens it again with the id of the last event, so that none is lost
 * and none comes twice.
 * @throws WarmshiftProblem when the service refuses; what broke last when it stays broken; the signal's reason.
 */
export async function* follow(options: FollowOptions): AsyncGenerator<StreamEvent> {
  const { retries, signal } = options;
  let lastId = options.lastId;
  let pauseMs = 1_000;
  for (let failures = 0; ; failures += 1) {
    const stop = new AbortController();
    const silence = new Alarm(options.silenceMs, () =>
      stop.abort(new WarmshiftUnreachable('The stream is silent.')),
    );
    const quit = () => stop.abort(signal?.reason);
    signal?.addEventListener('abort', quit, { once: true });
    let broken: Error = new WarmshiftUnreachable('The stream ended before its last event.');
    try {
      signal?.throwIfAborted();
      const response = await options.open(lastId, stop.signal);
      if (response.status === 204 || response.body === null) return;
      for await (const message of messagesOf(response.body)) {
        silence.postpone();
        failures = -1; // somebody speaks: the next break is the first one again
        if (message.kind === 'retry') pauseMs = message.retryMs;
        if (message.kind !== 'event') continue;
        lastId = message.id ?? lastId;
        yield message;
      }
    } catch (error) {
      if (signal?.aborted || isFinal(error)) throw error;
      const told = stop.signal.aborted ? (stop.signal.reason as unknown) : error;
      const isOurs = told instanceof WarmshiftProblem || told instanceof WarmshiftUnreachable;
      broken = isOurs ? told : new WarmshiftUnreachable('The stream broke.');
    } finally {
      silence.off();
      signal?.removeEventListener('abort', quit);
      stop.abort();
    }
    if (failures + 1 > retries) throw broken;
    await delay(Math.min(longestPauseMs, pauseMs * 2 ** Math.max(0, failures)), signal);
  }
}

/** The service said no, and will say it again. */
function isFinal(error: unknown): boolean {
  return error instanceof WarmshiftProblem && error.status < 500 && error.status !== 429;
}

/** Goes off unless it is postponed in time. */
class Alarm {
  private timer: ReturnType<typeof setTimeout>;

  constructor(
    private readonly afterMs: number,
    private readonly ring: () => void,
  ) {
    this.timer = setTimeout(ring, afterMs);
  }

  postpone(): void {
    this.off();
    this.timer = setTimeout(this.ring, this.afterMs);
  }

  off(): void {
    clearTimeout(this.timer);
  }
}
