import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

export interface ExchangeLimits {
  /** Real ms for the whole exchange. */
  readonly timeoutMs: number;
  readonly maxBytes: number;
}

/** No whole answer within the time. */
export class ExchangeTimedOut extends Error {
  readonly code = 'TimeoutError';
}

/** An answer of more bytes than it may have. */
export class AnswerTooLarge extends Error {
  constructor(
    readonly maxBytes: number,
    /** What was read of it. */
    readonly begin: string,
  ) {
    super(`the answer is larger than ${maxBytes} bytes`);
  }
}

/**
 * One request and its whole answer, by undici's own events: the stream and the abort signal of its `request()` cost more than
 * all the rest, and an answer of a vendor is small. Rejects with undici's errors, or one of those above.
 */
export function exchange(
  dispatcher: Dispatcher,
  request: Dispatcher.DispatchOptions,
  limits: ExchangeLimits,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const handler = new AnswerHandler(limits, resolve, reject);
    try {
      dispatcher.dispatch(
        { ...request, headersTimeout: limits.timeoutMs, bodyTimeout: limits.timeoutMs },
        handler,
      );
    } catch (error) {
      handler.fail(error as Error);
    }
  });
}

class AnswerHandler implements Dispatcher.DispatchHandler {
  private status = 0;
  private headers: IncomingHttpHeaders = {};
  private readonly chunks: Buffer[] = [];
  private bytes = 0;
  private controller: Dispatcher.DispatchController | undefined;
  private failure: Error | undefined;
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly limits: ExchangeLimits,
    private readonly resolve: (answer: Answer) => void,
    private readonly reject: (error: Error) => void,
  ) {
    this.timer = setTimeout(
      () => this.abort(new ExchangeTimedOut(`no answer within ${limits.timeoutMs} ms`)),
      limits.timeoutMs,
    );
  }

  fail(error: Error): void {
    clearTimeout(this.timer);
    this.reject(error);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller;
    if (this.failure !== undefined) controller.abort(this.failure);
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: IncomingHttpHeaders,
  ): void {
    this.status = status;
    this.headers = headers;
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.chunks.push(chunk);
    this.bytes += chunk.length;
    if (this.bytes > this.limits.maxBytes) this.abort(new AnswerTooLarge(this.limits.maxBytes, this.text()));
  }

  onResponseEnd(): void {
    clearTimeout(this.timer);
    this.resolve({ status: this.status, headers: this.headers, text: this.text() });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.fail(this.failure ?? error);
  }

  /** A request that still waits for a connection is not sent any more. */
  private abort(error: Error): void {
    this.failure = error;
    this.controller?.abort(error);
    this.fail(error);
  }

  private text(): string {
    const [first] = this.chunks;
    return (this.chunks.length === 1 && first ? first : Buffer.concat(this.chunks)).toString('utf8');
  }
}
